package dev.yumen.filters.example;

import dev.yumen.api.BlockingFilter;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Answers 503 with a file's text while that file exists. */
public final class MaintenanceFilter implements BlockingFilter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("maintenance", Config.class, MaintenanceFilter::new);

  /** Which file. */
  @Describe("Answers 503 with a file's text while that file exists.")
  public record Config(@Describe("File, relative to the configuration.") Path file) {}

  private final Path file;

  private MaintenanceFilter(Config config, FilterContext context) {
    file = context.folder().resolve(config.file);
  }

  @Override
  public Verdict onRequest(Exchange exchange) throws IOException {
    if (!Files.exists(file)) {
      return Verdict.proceed();
    }
    return Verdict.respond(Response.of(503).body("text/plain", Files.readString(file)));
  }
}
