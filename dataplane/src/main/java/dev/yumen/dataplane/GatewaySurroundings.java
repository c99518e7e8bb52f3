package dev.yumen.dataplane;

import dev.yumen.dataplane.canary.CanaryDesk;
import dev.yumen.dataplane.overload.CpuShare;
import dev.yumen.dataplane.redis.RedisOpener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a gateway is started with beside its configuration, so that nothing in it knows how that is
 * done. Immutable.
 *
 * @param redis opens connections to Redis
 * @param canaries decides how canaries go on
 * @param clock for filters and for conditions on the time
 * @param nanoClock the monotonic time of filters, in nanoseconds; time-outs of connections stay
 *     with the process's own clock
 * @param cpu gives the share of the processors that is in use, 0 to 1, each time that measuring
 *     begins
 */
public record GatewaySurroundings(
    RedisOpener redis,
    CanaryDesk canaries,
    InstantSource clock,
    LongSupplier nanoClock,
    Supplier<? extends DoubleSupplier> cpu) {

  /** Those of a process: no Redis is ever available, and canaries stay at their first step. */
  public static final GatewaySurroundings OF_PROCESS =
      new GatewaySurroundings(
          RedisOpener.NONE,
          CanaryDesk.NONE,
          InstantSource.system(),
          System::nanoTime,
          () -> CpuShare.ofProcess(System::nanoTime));

  public GatewaySurroundings withRedis(RedisOpener opener) {
    return new GatewaySurroundings(opener, canaries, clock, nanoClock, cpu);
  }

  public GatewaySurroundings withCanaries(CanaryDesk desk) {
    return new GatewaySurroundings(redis, desk, clock, nanoClock, cpu);
  }

  /** With another clock, which the monotonic time follows, too. */
  public GatewaySurroundings withClock(InstantSource time) {
    Instant origin = time.instant();
    LongSupplier nanos = () -> Duration.between(origin, time.instant()).toNanos();
    return new GatewaySurroundings(redis, canaries, time, nanos, cpu);
  }

  /** With another measure of the share of the processors. */
  public GatewaySurroundings withCpu(Supplier<? extends DoubleSupplier> share) {
    return new GatewaySurroundings(redis, canaries, clock, nanoClock, share);
  }
}
