drop table mailbox_messages;
drop table reminders;
drop table mails;
