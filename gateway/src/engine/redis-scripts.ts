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

/** KEYS: tries. ARGV: how many, in how many ms. Returns 1 if one was left. */
export const TAKE = `
local taken = redis.call('INCR', KEYS[1])
if taken == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if taken <= tonumber(ARGV[1]) then return 1 end
redis.call('DECR', KEYS[1])
return 0`;

/** KEYS: tries. */
export const GIVE_BACK = `
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end`;
