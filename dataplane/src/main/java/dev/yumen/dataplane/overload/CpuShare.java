package dev.yumen.dataplane.overload;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The share of the processors that this process has used since it was asked last. Of the time that
 * it used, and not the bean's own share, which in a container is told in whole periods of the quota
 * and jumps by half from one quarter of a second to the next.
 */
public final class CpuShare implements DoubleSupplier {
  private final LongSupplier used;
  private final LongSupplier nanoClock;
  private final double processors;
  private long usedBefore;
  private long before;

  /** Of this process. */
  public static CpuShare ofProcess(LongSupplier nanoClock) {
    LongSupplier used =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system::getProcessCpuTime
            : () -> 0;
    int most = Runtime.getRuntime().availableProcessors();
    return new CpuShare(used, nanoClock, CpuQuota.processors(Path.of("/"), most));
  }

  CpuShare(LongSupplier used, LongSupplier nanoClock, double processors) {
    this.used = used;
    this.nanoClock = nanoClock;
    this.processors = processors;
    this.usedBefore = used.getAsLong();
    this.before = nanoClock.getAsLong();
  }

  @Override
  public double getAsDouble() {
    long usedNow = used.getAsLong();
    long now = nanoClock.getAsLong();
    double share = (usedNow - usedBefore) / (processors * Math.max(1, now - before));
    usedBefore = usedNow;
    before = now;
    return Math.clamp(share, 0.0, 1.0);
  }
}
