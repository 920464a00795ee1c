-- The messages of some ids that an account may see, as one text: a list of rows for `mailed-messages.ts`. It has the lowest ids whose contents take
-- `max_bytes` together, and one message in any case. A sync asks hundreds of times, so the plan is kept for the connection. It is the same at any size
-- of the tables, which grow while the plan is kept.
create function mailed_messages(reader bigint, ids bigint[], max_bytes bigint) returns text
language plpgsql stable set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  return (
    with seen as (
      select
        message.*, account.uid as peer, account.username, coalesce(account.appkey, chat_group.appkey) as other_appkey,
        receipt.unread_count, receipt.change_id,
        row_number() over by_id as place, sum(octet_length(content_json)) over by_id as bytes
      from message
      left join account
        on message.gid = 0 and account.uid = case when message.sender = reader then message.recipient else message.sender end
      left join group_member as member
        on member.gid = message.gid and member.uid = reader and member.joined_msg_id < message.msg_id
      left join chat_group on chat_group.gid = member.gid
      left join receipt on receipt.msg_id = message.msg_id
      where message.msg_id = any(ids) and (
        (message.gid = 0 and (message.sender = reader or message.recipient = reader)) or member.uid is not null
      )
      window by_id as (order by message.msg_id)
    )
    select json_agg(json_build_array(
      msg_id, sender, gid, receivers, msg_level, need_receipt, custom_notification_json::json, content_json::json,
      peer, username, other_appkey, unread_count, change_id
    ) order by msg_id)
    from seen where place = 1 or bytes <= max_bytes
  );
end
$$;
