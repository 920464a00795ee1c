-- Accounts, single messages, conversations, and the answers that retries get.

create table account (
  uid bigint generated always as identity primary key,
  appkey text not null,
  username text not null,
  password_hash text not null,
  profile_json text not null,
  mtime bigint not null,
  constraint account_name unique (appkey, username)
);

-- A stored message. Its time is part of its id.
create table message (
  msg_id bigint primary key,
  sender bigint not null,
  recipient bigint not null,
  msg_level smallint not null,
  need_receipt boolean not null,
  custom_notification_json text,
  content_json text not null
);

-- The visibility of messages: a row for the sender and one for the recipient.
create table mailbox (
  uid bigint not null,
  peer bigint not null,
  msg_id bigint not null,
  pending boolean not null,
  constraint mailbox_key primary key (uid, peer, msg_id)
);
create index mailbox_pending on mailbox (uid, msg_id, peer) where pending = true;

create table conversation (
  uid bigint not null,
  peer bigint not null,
  last_msg_id bigint not null,
  constraint conversation_key primary key (uid, peer)
);

-- Answered requests, so that a retry gets the first answer.
create table request (
  key text primary key,
  answer_json text not null,
  created_ms bigint not null
);
create index request_created on request (created_ms);
