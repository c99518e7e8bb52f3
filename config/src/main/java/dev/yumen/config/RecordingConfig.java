package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Shorthand;
import java.util.List;

/** What is kept of the newest requests. */
@Describe(
    "Keeps the heads of the newest requests in memory, without credentials and without bodies, to"
        + " look at and to try new configurations on.")
@Shorthand("requests")
public record RecordingConfig(
    @Describe("How many are kept, 0 to 1,000,000; 0 records nothing.") @Default("100000")
        int requests,
    @Describe("Most memory for it, 1MiB to 4GiB; it is taken as it is needed.") @Default("64MiB")
        DataSize memory,
    @Describe(
            "More names of header fields and query parameters whose values are not kept, beside"
                + " those that sound like credentials and those that filters take them from.")
        List<String> hide) {
  private static final int MOST = 1_000_000;

  public RecordingConfig {
    hide = List.copyOf(hide);
    Check.range("requests", requests, 0, MOST);
    Check.range("memory", memory, 1 << 20, 4L << 30);
    for (String name : hide) {
      if (name.isBlank()) {
        throw new InvalidValue("hide", name, "a name of a header field or query parameter");
      }
    }
  }
}
