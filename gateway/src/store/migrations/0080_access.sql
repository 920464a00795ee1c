-- Devices and networks that an account knows, the names of its sessions, and the authors of group memberships.

-- A device or network from which an account has logged in, as a digest.
create table known_origin (
  uid bigint not null,
  digest text not null,
  seen_ms bigint not null,
  constraint known_origin_key primary key (uid, digest)
);
create index known_origin_seen on known_origin (seen_ms);

alter table resume_token
  add column session_id text not null default '',
  add column family_digest text not null default '',
  add column login_ms bigint not null default 0,
  add column address text not null default '',
  add column agent text not null default '';

-- Sessions of before have no name yet.
update resume_token
set
  session_id = md5(random()::text || uid::text || platform),
  login_ms = used_ms;

alter table group_member
  add column added boolean not null default false;

alter table join_request
  add column invitation boolean not null default false;
