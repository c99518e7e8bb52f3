package dev.yumen.filters.traffic;

import dev.yumen.api.RedisScript;

/**
 * The arithmetic of {@link Limiter} once more, in the language that Redis runs. Times are whole
 * microseconds of Redis's clock. A step of that clock backwards closes nothing for longer than two
 * windows, one forwards gives a whole limit at most.
 *
 * @param take takes from all limits or none: for each, microseconds to wait, what is left, and
 *     microseconds until there is more
 * @param charge counts what is known afterwards
 * @param lease takes as many as there are, up to a number: how many, microseconds to wait if none,
 *     what is left, and microseconds until there is more
 */
record SharedScripts(RedisScript take, RedisScript charge, RedisScript lease) {

  /**
   * A count is text: of a bucket, what it lacks, in windows times requests, and when that was; of
   * windows, the number of one, what was taken in it and in the one before.
   */
  private static final String COMMON =
      """
      local t = redis.call('TIME')
      local now = t[1] * 1000000 + t[2]

      local function read(key)
        local a, b, c = string.match(redis.call('GET', key) or '', '^(%S+) (%S+) ?(%S*)$')
        return tonumber(a), tonumber(b), tonumber(c)
      end

      local function write(key, text, micros)
        redis.call('SET', key, text, 'PX', math.ceil(micros / 1000) + 1000)
      end

      local Limit = {}
      Limit.__index = Limit

      local function limit(i, key)
        local a = (i - 1) * 5
        local self = setmetatable({key = key, kind = ARGV[a + 1],
          count = tonumber(ARGV[a + 2]), length = tonumber(ARGV[a + 3]),
          most = tonumber(ARGV[a + 4]), cost = tonumber(ARGV[a + 5])}, Limit)
        local first, second, third = read(key)
        if self.kind == 'TOKEN_BUCKET' then
          local since = math.max(0, now - (second or now))
          self.lacks = math.max(0, (first or 0) - since * self.count)
        else
          self.window = math.floor(now / self.length)
          local window = first or self.window
          if window > self.window and window <= self.window + 1 then self.window = window end
          local passed = self.window - window
          if passed < 0 then passed, second, third = 0, 0, 0 end
          local taken, before = second or 0, third or 0
          if self.kind == 'FIXED_WINDOW' then
            taken = math.max(0, taken - self.most * passed)
          elseif passed == 1 then
            taken, before = 0, taken
          elseif passed > 1 then
            taken, before = 0, 0
          end
          self.taken, self.before = taken, before
        end
        return self
      end

      function Limit:begin(window) return window * self.length end

      function Limit:reached(before)
        local reach = math.min(self:begin(self.window + 1) - now, self.length)
        return math.ceil(before * reach / self.length)
      end

      function Limit:wait(cost)
        if self.kind == 'TOKEN_BUCKET' then
          local over = self.lacks + (cost - self.most) * self.length
          return math.max(0, math.ceil(over / self.count))
        end
        local taken = self.taken + cost
        if self.kind == 'FIXED_WINDOW' then
          if taken <= self.most then return 0 end
          return self:begin(self.window + math.floor((taken - 1) / self.most)) - now
        end
        if taken > self.most then
          local reach = math.floor((self.most - cost) * self.length / self.taken)
          return math.max(1, self:begin(self.window + 2) - now - reach)
        end
        if taken + self:reached(self.before) <= self.most then return 0 end
        local reach = math.floor((self.most - taken) * self.length / self.before)
        return math.max(1, self:begin(self.window + 1) - now - reach)
      end

      function Limit:add(cost)
        if self.kind == 'TOKEN_BUCKET' then
          self.lacks = math.max(0, self.lacks + cost * self.length)
          if self.lacks == 0 then redis.call('DEL', self.key) return end
          write(self.key, string.format('%.17g %.17g', self.lacks, now), self.lacks / self.count)
          return
        end
        self.taken = math.max(0, self.taken + cost)
        local windows = self.kind == 'FIXED_WINDOW' and math.ceil(self.taken / self.most) or 1
        local text = string.format('%.17g %.17g %.17g', self.window, self.taken, self.before)
        write(self.key, text, self:begin(self.window + windows + 1) - now)
      end

      function Limit:left()
        if self.kind == 'TOKEN_BUCKET' then
          return math.max(0, math.floor(self.most - self.lacks / self.length))
        end
        local before = self.kind == 'SLIDING_WINDOW' and self:reached(self.before) or 0
        return math.max(0, self.most - self.taken - before)
      end

      function Limit:reset()
        if self.kind == 'TOKEN_BUCKET' then
          local left = self:left()
          if left >= self.most then return 0 end
          return self:wait(left + 1)
        end
        return self:begin(self.window + 1) - now
      end
      """;

  static SharedScripts load() {
    String take =
        """
        local limits, waits, free = {}, {}, true
        for i, key in ipairs(KEYS) do
          limits[i] = limit(i, key)
          waits[i] = limits[i]:wait(limits[i].cost)
          free = free and waits[i] <= 0
        end
        local answer = {}
        for i, each in ipairs(limits) do
          if free then each:add(each.cost) end
          answer[#answer + 1] = waits[i]
          answer[#answer + 1] = each:left()
          answer[#answer + 1] = each:reset()
        end
        return answer
        """;
    String charge =
        """
        local each = limit(1, KEYS[1])
        each:add(each.cost)
        return {each:left()}
        """;
    String lease =
        """
        local each = limit(1, KEYS[1])
        local granted = math.min(tonumber(ARGV[6]), each:left())
        local wait = 0
        if granted >= each.cost then
          each:add(granted)
        else
          granted, wait = 0, each:wait(each.cost)
        end
        return {granted, wait, each:left(), each:reset()}
        """;
    return new SharedScripts(
        RedisScript.of(COMMON + take),
        RedisScript.of(COMMON + charge),
        RedisScript.of(COMMON + lease));
  }
}
