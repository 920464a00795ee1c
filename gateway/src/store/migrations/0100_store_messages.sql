-- Stores a batch of messages in one statement. Its plan is kept for the connection, since planning took longer than storing one message.
-- `batch` has the columns of `input`, `today` is the day of `stored_volume`, `row_bytes` the size of a message beside its content.
-- It answers the keys of requests that were known before; nothing of these is stored again.
create function store_messages(batch json, now_ms bigint, today integer, row_bytes integer)
returns table (known_key text) language plpgsql as $$
#variable_conflict use_column
begin
  return query
  with input as (
    select * from json_to_recordset(batch) as input (
      key text, answer_json text, msg_id bigint, sender bigint, recipient bigint, gid bigint, receivers integer,
      no_offline boolean, msg_level smallint,
      need_receipt boolean, custom_notification_json text, content_json text, delivered boolean
    )
  ),
  fresh as (
    insert into request (key, answer_json, created_ms)
    select key, answer_json, now_ms from input
    on conflict do nothing returning key
  ),
  accepted as (select input.* from input join fresh using (key)),
  stored as (
    insert into message (
      msg_id, sender, recipient, gid, receivers, no_offline, msg_level, need_receipt, custom_notification_json,
      content_json
    )
    select
      msg_id, sender, recipient, gid, receivers, no_offline, msg_level, need_receipt, custom_notification_json,
      content_json
    from accepted
  ),
  grouped as (
    update chat_group set last_msg_id = latest.msg_id
    from (select gid, max(msg_id) as msg_id from accepted where gid > 0 group by gid) as latest
    where chat_group.gid = latest.gid
  ),
  boxed as (
    select sender as uid, recipient as peer, msg_id, false as pending, true as own from accepted where gid = 0
    union all
    select recipient, sender, msg_id, true, false from accepted where delivered
  ),
  mailed as (insert into mailbox (uid, peer, msg_id, pending, own) select uid, peer, msg_id, pending, own from boxed),
  conversed as (
    insert into conversation (uid, peer, last_msg_id)
    select uid, peer, max(msg_id) from boxed group by uid, peer
    on conflict (uid, peer) do update set last_msg_id = greatest(conversation.last_msg_id, excluded.last_msg_id)
  ),
  counted as (
    insert into stored_volume (uid, day, items, bytes)
    select sender, today, count(*), sum(length(content_json) + row_bytes)
    from accepted where key not like 'rest-%' group by sender
    on conflict (uid, day) do update
    set items = stored_volume.items + excluded.items, bytes = stored_volume.bytes + excluded.bytes
  )
  select key from input where not exists (select from fresh where fresh.key = input.key);
end
$$;
