package dev.yumen.filters.traffic;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Verdict;
import dev.yumen.config.AnswerConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers here, so that clients can be written before the service is. */
public final class MockFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("mock", Config.class, (config, context) -> new MockFilter(config));

  /** The answer. */
  @Describe("Answers here instead of forwarding.")
  public record Config(
      @Describe("Status, 200 to 599.") @Default("200") int status,
      @Describe("Sent as Content-Type; values in a JSON, HTML or XML body are encoded for it.")
          @Default("text/plain; charset=utf-8")
          String contentType,
      @Describe("Further header fields; a value is a template, and an empty one is left out.")
          Map<String, String> headers,
      @Describe("Body; a template, so ${path.id} is a variable of the route's path.") @Default("''")
          String body) {

    public Config {
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
      new AnswerConfig(status, contentType, headers, body);
    }
  }

  private final AnswerConfig.Compiled answer;

  private MockFilter(Config config) {
    answer =
        new AnswerConfig(config.status, config.contentType, config.headers, config.body).compile();
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    return Verdict.respond(answer.render(exchange));
  }
}
