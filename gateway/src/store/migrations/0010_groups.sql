-- Events, groups, group messages, chat rooms.
--
-- Numbers below 10000001 are kept free for groups and rooms that a deployment gives out by hand.

create table event (
  event_id bigint primary key,
  event_json text not null,
  except_platform text not null
);

-- The accounts that an event concerns.
create table event_box (
  uid bigint not null,
  event_id bigint not null,
  constraint event_box_key primary key (uid, event_id)
);
create index event_box_id on event_box (event_id);

-- Up to where an account has acknowledged its events.
create table event_mark (
  uid bigint primary key,
  acked bigint not null
);

create table chat_group (
  gid bigint primary key generated always as identity (start with 10000001),
  appkey text not null,
  name text not null,
  description text not null,
  avatar text not null,
  is_public boolean not null,
  ctime bigint not null,
  mtime bigint not null,
  last_msg_id bigint not null
);
create index chat_group_public on chat_group (appkey, gid) where is_public = true;

-- role: 0 member, 1 owner, 2 keeper.
create table group_member (
  gid bigint not null,
  uid bigint not null,
  role smallint not null,
  silenced boolean not null default false,
  joined_msg_id bigint not null,
  acked_msg_id bigint not null,
  mtime bigint not null,
  constraint group_member_key primary key (gid, uid)
);
create index group_member_uid on group_member (uid);

-- Applications to join that wait for keepers, with an event 56 each.
create table join_request (
  event_id bigint primary key,
  gid bigint not null,
  inviter bigint not null,
  uid bigint not null,
  processed boolean not null default false
);
create index join_request_group on join_request (gid, uid, inviter);

alter table message
  add column gid bigint not null default 0,
  add column no_offline boolean not null default false,
  add column receivers integer not null default 1;
create index message_group on message (gid, msg_id) where gid > 0;

create table room (
  id bigint primary key generated always as identity (start with 10000001),
  appkey text not null,
  name text not null,
  description text not null,
  owner bigint not null,
  max_member_count integer not null,
  ctime bigint not null
);
create index room_appkey on room (appkey, id);

create table room_message (
  msg_id bigint primary key,
  room_id bigint not null,
  content_json text not null
);
create index room_message_room on room_message (room_id, msg_id);

create table room_ban (
  room_id bigint not null,
  uid bigint not null,
  constraint room_ban_key primary key (room_id, uid)
);
