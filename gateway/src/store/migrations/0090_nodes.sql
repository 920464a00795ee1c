-- Several nodes: the counters of their common ids, and the valid session of each account and platform.
create sequence message_clock;
create sequence event_clock;
create sequence room_clock;

create table session_seat (
  uid bigint not null,
  platform text not null,
  seat bigint not null,
  session_id text not null,
  device_digest text not null,
  ended text not null,
  changed_ms bigint not null,
  constraint session_seat_key primary key (uid, platform)
);
create index session_seat_changed on session_seat (changed_ms);
