alter table users drop constraint users_name_check;
