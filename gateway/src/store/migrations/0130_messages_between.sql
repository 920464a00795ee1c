-- The messages after one id and up to another that concern accounts or groups. A node asks for what others have committed, many times a second. So the plan
-- is kept for the connection: planning took longer than reading. It is the same at any size of the table, which grows while the plan is kept.
create function messages_between(after_id bigint, up_to bigint, uids bigint[], gids bigint[], most integer)
returns table (
  msg_id bigint, sender bigint, recipient bigint, gid bigint, receivers integer, no_offline boolean, msg_level smallint,
  need_receipt boolean, custom_notification_json text, content_json text, passed_over boolean
) language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
begin
  return query
  select
    msg_id, sender, recipient, gid, receivers, no_offline, msg_level, need_receipt, custom_notification_json, content_json,
    no_offline and gid = 0 and not exists (
      select from mailbox where uid = recipient and peer = sender and mailbox.msg_id = message.msg_id
    )
  from message
  where msg_id > after_id and msg_id <= up_to and (recipient = any(uids) or sender = any(uids) or gid = any(gids))
  order by msg_id limit most;
end
$$;
