-- Sessions that return without a password.

-- The sessions of an account, one for each platform.
create table resume_token (
  uid bigint not null,
  platform text not null,
  current_digest text not null,
  previous_digest text not null,
  used_ms bigint not null,
  constraint resume_token_key primary key (uid, platform)
);
