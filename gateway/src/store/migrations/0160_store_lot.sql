-- Stores a batch of messages (see store_messages) in its place among the batches of a connection. A gateway sends one while the one before is being
-- stored. If that fails, this one has to fail too, or its messages would get ahead of the others.
-- `lot` is the number of the batch, `after` that of the batch before, null if that is known to be stored.
create function store_lot(batch json, now_ms bigint, today integer, row_bytes integer, lot bigint, after bigint)
returns table (known_key text) language plpgsql as $$
begin
  if after::text <> coalesce(current_setting('jmessage.lot', true), '') then
    raise exception 'the batch before %, %, was not stored', lot, after;
  end if;
  -- An error takes it back, as it does with the rows.
  perform set_config('jmessage.lot', lot::text, false);
  return query select stored.known_key from store_messages(batch, now_ms, today, row_bytes) as stored;
end
$$;
