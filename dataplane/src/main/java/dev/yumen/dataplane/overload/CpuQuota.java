package dev.yumen.dataplane.overload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of the processors the system lets this process use: that of a container or of a service
 * (cgroups 1 and 2). The JVM knows it too but tells whole processors only, and half a processor is
 * a common setting.
 */
final class CpuQuota {
  private CpuQuota() {}

  /**
   * Processors that may be used, such as 1.5.
   *
   * @param root of the file system
   * @param most processors that there are
   */
  static double processors(Path root, int most) {
    double least = most;
    try {
      for (String line : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
        String[] parts = line.split(":", 3);
        if (parts.length == 3 && parts[1].isEmpty()) {
          least = Math.min(least, least(root.resolve("sys/fs/cgroup"), parts[2]));
        } else if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("cpu")) {
          least = Math.min(least, least(root.resolve("sys/fs/cgroup/" + parts[1]), parts[2]));
        }
      }
    } catch (IOException _) {
      return most; // another system than Linux
    }
    return least;
  }

  /** The smallest quota of a group and of those that it is in. */
  private static double least(Path mount, String group) throws IOException {
    double least = Double.POSITIVE_INFINITY;
    Path folder = mount.resolve(group.replaceFirst("^/+", "")).normalize();
    while (folder != null && folder.startsWith(mount)) {
      least = Math.min(least, quota(folder));
      folder = folder.getParent();
    }
    return least;
  }

  private static double quota(Path folder) throws IOException {
    String text = text(folder.resolve("cpu.max"));
    if (text == null) {
      String quota = text(folder.resolve("cpu.cfs_quota_us"));
      String period = text(folder.resolve("cpu.cfs_period_us"));
      text = quota == null || period == null ? "max" : quota + " " + period;
    }
    String[] parts = text.split(" ", -1);
    boolean numbers = parts.length == 2 && (parts[0] + parts[1]).matches("[0-9]{2,30}");
    return numbers && Long.parseLong(parts[1]) > 0
        ? (double) Long.parseLong(parts[0]) / Long.parseLong(parts[1])
        : Double.POSITIVE_INFINITY;
  }

  private static @Nullable String text(Path file) throws IOException {
    return Files.isReadable(file) ? Files.readString(file).strip() : null;
  }
}
