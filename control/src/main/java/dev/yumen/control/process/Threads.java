package dev.yumen.control.process;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What every thread of the process does, the virtual ones among them. */
public final class Threads {
  /** Longest text; what is beyond is cut off. */
  private static final int LONGEST = 32 << 20;

  private Threads() {}

  /**
   * All of them with where they stand, as the JDK writes it down.
   *
   * @throws IOException when there is no room for it in the temporary folder
   */
  public static String dump(boolean json) throws IOException {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    Path folder = Files.createTempDirectory("yumen-threads"); // only its owner may look into it
    Path file = folder.resolve("threads");
    try {
      jvm.dumpThreads(
          file.toAbsolutePath().toString(),
          json ? ThreadDumpFormat.JSON : ThreadDumpFormat.TEXT_PLAIN);
      try (InputStream text = Files.newInputStream(file)) {
        return new String(text.readNBytes(LONGEST), StandardCharsets.UTF_8);
      }
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
  }
}
