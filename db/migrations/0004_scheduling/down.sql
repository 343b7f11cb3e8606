drop table busy_times;
drop table busy_feeds;
drop table time_off;
drop table date_overrides;
drop table opening_rules;
drop table calendars;
