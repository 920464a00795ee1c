-- The stored volume of each account, by day.

-- day: days since 1970.
create table stored_volume (
  uid bigint not null,
  day integer not null,
  items bigint not null,
  bytes bigint not null,
  constraint stored_volume_key primary key (uid, day)
);
