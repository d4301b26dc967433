// What must happen in Redis without anything in between. A log is one stream: entry `0-1` says that it is there, entry
// `n-0` is frame n. Each entry holds its writer (`w`), its text (`f`) and whether it is the last (`e`), in this order.

/**
 * Makes a log. Keys: the stream, the list of the user's logs. Arguments: writer, id, milliseconds to keep it, the time
 * now. The same writer may ask twice: a command whose answer was lost is sent again.
 */
export const createScript = `
local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if tail then
  if tail[1] == '0-1' and tail[2][2] == ARGV[1] then return 1 end
  return 0
end
redis.call('XADD', KEYS[1], '0-1', 'w', ARGV[1], 'f', '', 'e', '0')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[4] + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1`

/**
 * Adds frames. Keys: as above. Arguments: writer, id, milliseconds to keep it, the time now, '1' where the last frame
 * ends the log, the oldest number to keep or 0, the channel to tell; then number and text of each frame.
 */
export const appendScript = `
local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not tail then return 0 end
local last = tonumber(string.match(tail[1], '^%d+'))
local isDone = tail[2][6] == '1'
for i = 8, #ARGV, 2 do
  local seq = tonumber(ARGV[i])
  if seq > last then
    if isDone then return 0 end
    local isEnd = ARGV[5] == '1' and i + 1 == #ARGV
    redis.call('XADD', KEYS[1], ARGV[i] .. '-0', 'w', ARGV[1], 'f', ARGV[i + 1], 'e', isEnd and '1' or '0')
  elseif tail[2][2] ~= ARGV[1] then
    return 0
  end
end
if ARGV[6] ~= '0' then redis.call('XTRIM', KEYS[1], 'MINID', ARGV[6] .. '-0') end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[4] + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('PUBLISH', ARGV[7], 'grown')
return 1`

/** Forgets all logs of a user. Keys: the list of the user's logs. Arguments: what their keys, and their channels, begin with. */
export const eraseScript = `
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  redis.call('DEL', ARGV[1] .. id)
  redis.call('PUBLISH', ARGV[2] .. id, 'cancel')
end
redis.call('DEL', KEYS[1])
return 1`
