package dev.yumen.filters.oidc;

import dev.yumen.api.RedisScript;

/**
 * What runs inside of Redis for {@link SessionVault} and {@link SharedEndings}. A session is a
 * hash: {@code v} is its sealed text, {@code t} when it began and {@code u} when it was used last,
 * in microseconds of Redis's clock, as those of gateways may differ.
 */
final class VaultScripts {
  private static final String NOW =
      """
      local t = redis.call('TIME')
      local now = t[1] * 1000000 + t[2]
      """;

  /**
   * KEYS: session. ARGV: idle, absolute and touch time in milliseconds, most bytes. Nothing when
   * there is none, one text for garbage, else the sealed text, when it began, and whether it is
   * noted as used.
   */
  static final RedisScript READ =
      RedisScript.of(
          NOW
              + """
              local s = redis.pcall('HMGET', KEYS[1], 'v', 't', 'u')
              if s.err then
                if string.find(s.err, 'WRONGTYPE', 1, true) then return {'garbage'} end
                return s
              end
              if not s[1] and not s[2] and not s[3] then return {} end
              local began = tonumber(string.match(s[2] or '', '^%d+$'))
              local used = tonumber(string.match(s[3] or '', '^%d+$'))
              if not s[1] or #s[1] > tonumber(ARGV[4]) or not began or not used then
                return {'garbage'}
              end
              local left = tonumber(ARGV[2]) - math.floor((now - began) / 1000)
              if left <= 0 or now - used >= ARGV[1] * 1000 then return {} end
              if now - used < ARGV[3] * 1000 then return {s[1], s[2], '0'} end
              redis.call('HSET', KEYS[1], 'u', string.format('%.0f', now))
              local kept = math.min(left, tonumber(ARGV[1]))
              if redis.call('PTTL', KEYS[1]) < kept then redis.call('PEXPIRE', KEYS[1], kept) end
              return {s[1], s[2], '1'}
              """);

  /** KEYS: session. ARGV: sealed text, milliseconds. */
  static final RedisScript ADD =
      RedisScript.of(
          NOW
              + """
              local text = string.format('%.0f', now)
              redis.call('HSET', KEYS[1], 'v', ARGV[1], 't', text, 'u', text)
              redis.call('PEXPIRE', KEYS[1], ARGV[2])
              return {1}
              """);

  /**
   * KEYS: session, lock. ARGV: whose lock, milliseconds. Nothing when there is no session, else its
   * sealed text and whether the lock was taken.
   */
  static final RedisScript CLAIM =
      RedisScript.of(
          """
          local v = redis.call('HMGET', KEYS[1], 'v')[1]
          if not v then return {} end
          local mine = redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2])
          return {v, mine and '1' or '0'}
          """);

  /**
   * KEYS: session, lock. ARGV: new sealed text, the one that it replaces, whose lock. Gives the
   * lock back; 0 when the session is not there any more, or has another text.
   */
  static final RedisScript REPLACE =
      RedisScript.of(
          """
          if redis.call('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end
          local v = redis.call('HMGET', KEYS[1], 'v')[1]
          if v ~= ARGV[2] and v ~= ARGV[1] then return {0} end
          redis.call('HSET', KEYS[1], 'v', ARGV[1])
          return {1}
          """);

  /** KEYS: lock. ARGV: whose. */
  static final RedisScript RELEASE =
      RedisScript.of(
          """
          if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
          return {1}
          """);

  /** KEYS: session. */
  static final RedisScript REMOVE = RedisScript.of("return {redis.call('DEL', KEYS[1])}");

  /**
   * KEYS: what ends, and the token that says so or nothing. ARGV: milliseconds. 0 for a token
   * twice.
   */
  static final RedisScript END =
      RedisScript.of(
          NOW
              + """
              if KEYS[2] and redis.call('GET', KEYS[2]) then return {0} end
              redis.call('SET', KEYS[1], string.format('%.0f', now), 'PX', ARGV[1])
              if KEYS[2] then redis.call('SET', KEYS[2], '1', 'PX', ARGV[1]) end
              return {1}
              """);

  /** KEYS: session at the provider, subject. ARGV: when it began. 1 when it has ended. */
  static final RedisScript ENDED =
      RedisScript.of(
          """
          if redis.call('GET', KEYS[1]) then return {1} end
          local subject = redis.call('GET', KEYS[2])
          if not subject then return {0} end
          local ended = tonumber(subject)
          return {(not ended or tonumber(ARGV[1]) <= ended) and 1 or 0}
          """);

  private VaultScripts() {}
}
