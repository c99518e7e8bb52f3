package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.FailureCode;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is written down of refusals and changes, and where to. */
@Describe(
    "An audit log: starts, stops, changes of the configuration and refused requests as a chain of"
        + " JSON lines in which no line can be changed unseen.")
@Shorthand("path")
public record AuditConfig(
    @Describe("File, relative to the configuration. Of one gateway alone.") Path path,
    @Describe("Size at which the file is set aside; 0 is never.") @Default("100MiB")
        DataSize maxSize,
    @Describe("Most files set aside; the oldest is deleted first.") @Default("10") int maxFiles,
    @Describe("Codes of failures that are written down; an empty list for none.")
        @Default("[auth-missing, auth-invalid, forbidden, auth-unavailable]")
        List<FailureCode> denied,
    @Describe("How often what was written is forced to the disk; 0s is with every record.")
        @Default("1s")
        Duration sync,
    @Describe(
            "Secret of at least 16 bytes without which nobody can make up the chain anew; rather"
                + " ${file:…} than here.")
        @Nullable
        @Secret
        String key) {

  private static final int LEAST_KEY = 16;

  public AuditConfig {
    denied = List.copyOf(denied);
    Check.range("max-files", maxFiles, 1, 1_000);
    Check.range("sync", sync, Duration.ZERO, Duration.ofMinutes(1));
    if (maxSize.bytes() > 0 && maxSize.bytes() < 64 * 1024) {
      throw InvalidValue.found("max-size", maxSize.toString(), "at least 64KiB, or 0");
    }
    if (key != null && key.length() < LEAST_KEY) {
      throw InvalidValue.found("key", "a short key", "at least 16 bytes");
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return path
        + (", set aside at " + maxSize + ", at most " + maxFiles)
        + (", " + denied + ", sync " + sync)
        + (key == null ? "" : ", with a key");
  }
}
