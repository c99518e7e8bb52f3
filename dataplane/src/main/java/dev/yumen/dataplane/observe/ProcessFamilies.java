package dev.yumen.dataplane.observe;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Metrics of the JVM and the process, under the names that Prometheus' Java client uses.
 *
 * <p>Own code, because the client's instrumentation module would bring some forty more families for
 * the six lines of MXBean calls that the dashboard needs.
 */
final class ProcessFamilies {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

  private final ByteBufAllocator buffers;

  ProcessFamilies(ByteBufAllocator buffers) {
    this.buffers = buffers;
  }

  void collect(Collected to) {
    memory(to, "heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage());
    memory(to, "nonheap", ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage());
    if (buffers instanceof ByteBufAllocatorMetricProvider provider) {
      ByteBufAllocatorMetric memory = provider.metric();
      to.gauge(Family.BUFFER_MEMORY, memory.usedDirectMemory(), "direct");
      to.gauge(Family.BUFFER_MEMORY, memory.usedHeapMemory(), "heap");
    }
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      to.counter(Family.JVM_GC_COLLECTIONS, Math.max(0, gc.getCollectionCount()), gc.getName());
      to.counter(Family.JVM_GC_SECONDS, Math.max(0, gc.getCollectionTime()) / 1e3, gc.getName());
    }
    to.gauge(Family.JVM_THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
    to.gauge(
        Family.JVM_INFO,
        1,
        Runtime.version().toString(),
        System.getProperty("java.vm.vendor", "unknown"));
    process(to);
  }

  private static void memory(Collected to, String area, MemoryUsage usage) {
    to.gauge(Family.JVM_MEMORY_USED, usage.getUsed(), area);
    to.gauge(Family.JVM_MEMORY_COMMITTED, usage.getCommitted(), area);
    if (usage.getMax() >= 0) {
      to.gauge(Family.JVM_MEMORY_MAX, usage.getMax(), area);
    }
  }

  private static void process(Collected to) {
    to.gauge(Family.PROCESS_START, ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      to.counter(Family.PROCESS_CPU, Math.max(0, system.getProcessCpuTime()) / 1e9);
      to.gauge(Family.PROCESS_OPEN_FDS, system.getOpenFileDescriptorCount());
      to.gauge(Family.PROCESS_MAX_FDS, system.getMaxFileDescriptorCount());
    }
    residentBytes().ifPresent(bytes -> to.gauge(Family.PROCESS_MEMORY, bytes));
  }

  /** Empty where there is no /proc. */
  private static OptionalLong residentBytes() {
    try {
      Matcher resident = RESIDENT.matcher(Files.readString(STATUS));
      return resident.find()
          ? OptionalLong.of(Long.parseLong(resident.group(1)) * 1024)
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
