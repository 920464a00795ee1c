-- Friends, lists (blacklist, no-disturb, shields), retracted messages, receipts.

-- A friendship is two rows, one for each side.
create table friend (
  uid bigint not null,
  friend bigint not null,
  memo_json text not null,
  constraint friend_key primary key (uid, friend)
);

-- Asked and not yet answered.
create table invitation (
  inviter bigint not null,
  invitee bigint not null,
  created_ms bigint not null,
  constraint invitation_key primary key (invitee, inviter)
);
create index invitation_inviter on invitation (inviter);
create index invitation_created on invitation (created_ms);

-- list: black, quiet_user, quiet_group, quiet_all (target 0), shield.
create table listed (
  uid bigint not null,
  list text not null,
  target bigint not null,
  constraint listed_key primary key (uid, list, target)
);

-- The query for a group's audience reads its shields.
create index listed_target on listed (target, list, uid);

alter table mailbox
  add column own boolean not null default false;

-- A message that its sender took back: nothing else of it is kept.
create table retracted (
  msg_id bigint primary key,
  sender bigint not null
);

-- Up to where an account has read its conversation with a user (type 3) or in a group (4).
create table read_mark (
  uid bigint not null,
  type smallint not null,
  key bigint not null,
  msg_id bigint not null,
  constraint read_mark_key primary key (uid, type, key)
);

-- The accounts that have reported a message as read.
create table reader (
  msg_id bigint not null,
  uid bigint not null,
  constraint reader_key primary key (msg_id, uid)
);

-- A message that an account has reported as read.
create table receipt (
  msg_id bigint primary key,
  sender bigint not null,
  unread_count integer not null,
  change_id bigint not null
);
create index receipt_change on receipt (sender, change_id);

-- Up to where a sender has acknowledged the changes of receipts.
create table receipt_mark (
  uid bigint primary key,
  acked bigint not null
);
