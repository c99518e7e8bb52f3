package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Threads and sockets; read at start only. */
@Describe("Threads and sockets. Read at start; a change takes effect with the next start.")
public record RuntimeConfig(
    @Describe("Event loops; 0 is one per processor.") @Default("0") int loops,
    @Describe("How sockets are served.") @Default("auto") Transport transport,
    @Describe("How buffers are managed; pooled makes less garbage and takes less memory.")
        @Default("pooled")
        Allocator allocator,
    @Describe("Folder for what is kept between starts, such as the last good configuration.")
        @Default(".yumen")
        Path state,
    @Describe("Where this gateway is; endpoints of the same zone are preferred.")
        @Nullable String zone) {

  /** Ways to manage buffers. */
  public enum Allocator {
    POOLED,
    ADAPTIVE
  }

  /** Ways to serve sockets. */
  public enum Transport {
    AUTO,
    EPOLL,
    IO_URING,
    NIO
  }

  public RuntimeConfig {
    Check.range("loops", loops, 0, 1024);
  }
}
