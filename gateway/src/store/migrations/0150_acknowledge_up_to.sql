-- An account has everything up to a message: the lowest `most` of its waiting messages no longer wait and, once they are fewer, neither do those of
-- groups. It answers the number of the first ones. A sync asks for it with every push, so the plan is kept for the connection. It is the same at any
-- size of the tables, which grow while the plan is kept.
create function acknowledge_up_to(reader bigint, up_to bigint, most integer) returns integer
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
  acknowledged integer;
begin
  update mailbox set pending = false
  where uid = reader and pending and msg_id <= (
    select max(msg_id) from (
      select msg_id from mailbox where uid = reader and pending and msg_id <= up_to order by msg_id limit most
    ) as lowest
  );
  get diagnostics acknowledged = row_count;
  if acknowledged < most then
    update group_member set acked_msg_id = least(up_to, last_msg_id) from chat_group
    where group_member.uid = reader and chat_group.gid = group_member.gid
      and acked_msg_id < least(up_to, last_msg_id);
  end if;
  return acknowledged;
end
$$;
