-- Uploaded files, the gateway's own secrets, disabled accounts.

-- An uploaded file; its content lies in the media directory under its media_id.
create table media (
  media_id text primary key,
  appkey text not null,
  uid bigint not null,
  type text not null,
  mime text not null,
  size bigint not null,
  fname text not null,
  crc32 bigint not null,
  md5 text not null,
  created_ms bigint not null,
  used_ms bigint not null
);
create index media_used on media (used_ms);
create index media_uploaded on media (uid, created_ms);

-- The gateway's signing key.
create table secret (
  name text primary key,
  value text not null
);

-- Accounts that the application has shut out.
create table disabled_account (
  uid bigint primary key
);
