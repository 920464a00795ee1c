/** The steps that Redis does in one go. Times are those of Redis, so that the clocks of nodes do not matter. */

/** KEYS: nodes. ARGV: node, ms until a silent node counts as gone. Returns whether the node was known, and the live nodes. */
export const HEARTBEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return {known, redis.call('ZRANGE', KEYS[1], 0, -1)}`;

/** KEYS: sessions of an account. ARGV: platform, seat, session, ms to live. A newer session stays. */
export const ENTER = `
local there = redis.call('HGET', KEYS[1], ARGV[1])
if not there or cjson.decode(there).seat <= tonumber(ARGV[2]) then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])`;

/** KEYS: sessions of an account. ARGV: platform, seat. */
export const LEAVE = `
local there = redis.call('HGET', KEYS[1], ARGV[1])
if there and cjson.decode(there).seat == tonumber(ARGV[2]) then redis.call('HDEL', KEYS[1], ARGV[1]) end`;

/** KEYS: the members of one room on each live node. An account that is in on two nodes counts once. */
export const ROOM_MEMBERS = `
local filled = {}
for _, key in ipairs(KEYS) do if redis.call('EXISTS', key) == 1 then table.insert(filled, key) end end
if #filled == 0 then return 0 end
if #filled == 1 then return redis.call('SCARD', filled[1]) end
return #redis.call('SUNION', unpack(filled))`;

/**
 * The rules of `util/limiter.ts`. KEYS: limits. ARGV: a place or 0, ms until a result counts as wrong, ms of a place. Then
 * for each limit: how many, in how many ms, and 1 if it is patient. Returns 1 for taken, 0 for wait, -1 for none; and the place.
 */
export const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local place = tonumber(ARGV[1])
if place == 0 then place = now end
local all = {}
local isLacking = false
local isHopeless = false
for i, key in ipairs(KEYS) do
  local most = tonumber(ARGV[i * 3 + 1])
  local per = tonumber(ARGV[i * 3 + 2]) * 1000
  local got = redis.call('HMGET', key, 'left', 'filled', 'open', 'openUntil', 'front', 'frontUntil')
  local one = {most = most, per = per}
  local filled = tonumber(got[2]) or now
  one.left = math.min(most, (tonumber(got[1]) or most) + math.max(0, now - filled) / per * most)
  one.open = (tonumber(got[4]) or 0) > now and tonumber(got[3]) or 0
  one.openUntil = tonumber(got[4]) or 0
  one.front = (tonumber(got[6]) or 0) > now and tonumber(got[5]) or 0
  one.frontUntil = tonumber(got[6]) or 0
  if one.left < (one.front > place and 2 or 1) then
    one.isLacking = true
    isLacking = true
    if ARGV[i * 3 + 3] ~= '1' and one.open == 0 and one.left < 1 then isHopeless = true end
  end
  all[i] = one
end
if isHopeless then return {-1, 0} end
for i, key in ipairs(KEYS) do
  local one = all[i]
  if not isLacking then
    one.left = one.left - 1
    one.open = one.open + 1
    one.openUntil = now + ARGV[2] * 1000
    if one.front == place then one.front = 0 end
  elseif one.isLacking and one.front <= place then
    one.front = place
    one.frontUntil = now + ARGV[3] * 1000
  end
  redis.call('HSET', key, 'left', one.left, 'filled', now, 'open', one.open, 'openUntil', one.openUntil,
    'front', one.front, 'frontUntil', one.frontUntil)
  redis.call('PEXPIRE', key, math.ceil(one.per / 1000) + ARGV[2])
end
return {isLacking and 0 or 1, place}`;

/** KEYS: limits. ARGV: 1 if the try is given back, and how many each limit has. */
export const SETTLE = `
for i, key in ipairs(KEYS) do
  local got = redis.call('HMGET', key, 'left', 'open')
  if got[1] then
    local left = tonumber(got[1])
    if ARGV[1] == '1' then left = math.min(tonumber(ARGV[i + 1]), left + 1) end
    redis.call('HSET', key, 'left', left, 'open', math.max(0, tonumber(got[2]) - 1))
  end
end`;

/**
 * KEYS: uploads of the account, and of all. ARGV: name, bytes, ms until it counts as broken off, most of the account, most of all. Returns
 * the bytes under way of both, or nothing if there are too many.
 */
export const BEGIN_UPLOAD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if redis.call('ZCARD', key) >= tonumber(ARGV[3 + i]) then return false end
end
local sums = {}
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + ARGV[3], ARGV[1] .. ':' .. ARGV[2])
  redis.call('PEXPIRE', key, ARGV[3])
  sums[i] = 0
  for _, one in ipairs(redis.call('ZRANGE', key, 0, -1)) do sums[i] = sums[i] + tonumber(string.match(one, ':(%d+)$')) end
end
return sums`;
