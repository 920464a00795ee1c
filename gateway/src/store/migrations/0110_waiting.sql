-- Invitations and requests to join that wait for an answer can be listed: each names the event that announced it.

-- 0: its event is not known.
alter table invitation add column event_id bigint not null default 0;
update invitation set event_id = coalesce((
  select max(event.event_id) from event_box join event on event.event_id = event_box.event_id
  where event_box.uid = invitation.invitee
    and event_json::json->>'event_type' = '5' and event_json::json->>'extra' = '1'
    and (event_json::json->>'from_uid')::bigint = invitation.inviter
), 0);

create index join_request_invited on join_request (uid) where invitation;
