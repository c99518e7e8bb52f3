package dev.yumen.dataplane.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuShareTest {
  private final ManualClock clock = new ManualClock();
  private final AtomicLong used = new AtomicLong();

  @TempDir Path root;

  private void file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content + "\n");
  }

  private double processors() {
    return CpuQuota.processors(root, 8);
  }

  @Test
  void itIsTheTimeUsedOfTheTimeThatThereWas() {
    CpuShare share = new CpuShare(used::get, clock::nanoTime, 2);
    clock.advance(Duration.ofMillis(250));
    used.addAndGet(Duration.ofMillis(400).toNanos());
    assertEquals(0.8, share.getAsDouble(), 1e-9);
    clock.advance(Duration.ofMillis(250));
    assertEquals(0, share.getAsDouble());
  }

  @Test
  void clocksThatStandStillOrGoBackGiveAShareAllTheSame() {
    CpuShare share = new CpuShare(used::get, clock::nanoTime, 2);
    used.addAndGet(1_000);
    assertEquals(1, share.getAsDouble());
    clock.advance(Duration.ofSeconds(-5));
    used.addAndGet(-500);
    assertEquals(0, share.getAsDouble());
  }

  @Test
  void aProcessWithoutQuotaHasAllProcessors() throws IOException {
    assertEquals(8, processors());
    file("proc/self/cgroup", "0::/\n4:memory:/a");
    assertEquals(8, processors());
    file("sys/fs/cgroup/cpu.max", "max 100000");
    assertEquals(8, processors());
  }

  @Test
  void theSmallestQuotaAroundTheProcessCounts() throws IOException {
    file("proc/self/cgroup", "0::/system.slice/yumen.service");
    file("sys/fs/cgroup/system.slice/cpu.max", "150000 100000");
    assertEquals(1.5, processors());
    file("sys/fs/cgroup/system.slice/yumen.service/cpu.max", "50000 100000");
    assertEquals(0.5, processors());
  }

  @Test
  void quotasOfTheOldKindCount() throws IOException {
    file("proc/self/cgroup", "5:cpu,cpuacct:/docker/7\n4:cpuset:/");
    file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000");
    file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");
    assertEquals(2.5, processors());
    file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1");
    assertEquals(8, processors());
  }

  @Test
  void nonsenseIsNoQuota() throws IOException {
    file("proc/self/cgroup", "nonsense\n0::/../../etc");
    file("sys/fs/cgroup/cpu.max", "1 0");
    assertEquals(8, processors());
  }
}
