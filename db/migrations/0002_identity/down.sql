drop table verifications;
drop table accounts;
drop table sessions;
drop table users;
