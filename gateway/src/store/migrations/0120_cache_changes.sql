-- Several nodes: what they keep in memory and one of them has changed, by the transaction of the change.
create table cache_change (
  made_by xid8 not null default pg_current_xact_id(),
  cached text not null,
  key_json text not null,
  changed_ms bigint not null
);
create index cache_change_made_by on cache_change (made_by);
create index cache_change_time on cache_change (changed_ms);
