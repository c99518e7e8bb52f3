package dev.yumen.control.diagnose;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.LoopAnswer;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the process fares: what it has of memory, files and processors, and its threads. */
final class ProcessChecks {
  private static final double FULL = 0.9;
  private static final double LAST = 0.97;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration LATE = Duration.ofMillis(200);

  private ProcessChecks() {}

  // ---- resources ----

  /**
   * @param buffers bytes that are set aside outside the heap; -1 when that is not known
   */
  static List<Evidence> resources(long buffers) {
    List<Evidence> all = new ArrayList<>();
    long most = Runtime.getRuntime().maxMemory();
    long used = afterCollection();
    if (used >= most * FULL) {
      all.add(full(Sign.HEAP_FULL, used, most, true));
    }
    long direct = mostDirect(most);
    if (buffers >= direct * FULL) {
      all.add(full(Sign.DIRECT_FULL, buffers, direct, true));
    }
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    double files = 0;
    if (system instanceof UnixOperatingSystemMXBean unix && unix.getMaxFileDescriptorCount() > 0) {
      long open = unix.getOpenFileDescriptorCount();
      long limit = unix.getMaxFileDescriptorCount();
      files = (double) open / limit;
      if (files >= FULL) {
        all.add(full(files >= LAST ? Sign.FILES_FULL : Sign.FILES_MANY, open, limit, false));
      }
    }
    double cpu = Math.max(0, system.getProcessCpuLoad());
    if (cpu >= FULL) {
      all.add(Evidence.of(Sign.CPU_BUSY, "percent", Figures.percent(cpu)));
    }
    if (all.isEmpty()) {
      all.add(
          Evidence.of(
              Sign.ENOUGH,
              "heap",
              Figures.percent((double) used / most),
              "files",
              Figures.percent(files),
              "cpu",
              Figures.percent(cpu)));
    }
    return all;
  }

  private static Evidence full(Sign sign, long used, long most, boolean bytes) {
    return Evidence.of(
        sign,
        "percent",
        Figures.percent((double) used / most),
        "used",
        bytes ? Figures.bytes(used) : Figures.count(used),
        "most",
        bytes ? Figures.bytes(most) : Figures.count(most));
  }

  /** What was left after the last collection: before it much of the heap is garbage. */
  private static long afterCollection() {
    long used = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
      used += left == null ? 0 : left.getUsed();
    }
    return used;
  }

  /** As long as nothing else is set, it is as much as the heap may be. */
  private static long mostDirect(long heap) {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long set = Long.parseLong(jvm.getVMOption("MaxDirectMemorySize").getValue());
    return set > 0 ? set : heap;
  }

  // ---- threads ----

  static List<Evidence> threads(Gateway gateway) throws InterruptedException {
    List<Evidence> all = new ArrayList<>();
    List<LoopAnswer> answers = gateway.askLoops(PATIENCE);
    for (LoopAnswer answer : answers) {
      if (!answer.answered() || answer.after().compareTo(LATE) > 0) {
        all.add(
            Evidence.of(
                answer.answered() ? Sign.LOOP_LATE : Sign.LOOP_STANDS,
                "thread",
                answer.thread(),
                "millis",
                Figures.count(answer.after().toMillis()),
                "state",
                answer.state(),
                "frame",
                answer.frame()));
      }
    }
    deadlock(all);
    if (all.isEmpty()) {
      long slowest = answers.stream().mapToLong(one -> one.after().toNanos()).max().orElse(0);
      all.add(
          Evidence.of(
              Sign.LOOPS_ANSWER,
              "count",
              Figures.count(answers.size()),
              "millis",
              Figures.count(Math.ceilDiv(slowest, 1_000_000))));
    }
    return all;
  }

  private static void deadlock(List<Evidence> all) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] locked = threads.findDeadlockedThreads();
    if (locked != null) {
      String names =
          Stream.of(threads.getThreadInfo(locked))
              .filter(info -> info != null)
              .map(ThreadInfo::getThreadName)
              .collect(Collectors.joining(", "));
      all.add(Evidence.of(Sign.DEADLOCK, "threads", names));
    }
  }
}
