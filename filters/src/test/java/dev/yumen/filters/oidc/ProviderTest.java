package dev.yumen.filters.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.yumen.filters.FilterHarness;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What the log says of a provider whose document is of no use. */
class ProviderTest {

  static Stream<Arguments> documents() {
    return Stream.of(
        useless("names no issuer", document -> document.remove("issuer")),
        useless("names no issuer", Map::clear),
        useless("is of another issuer", document -> document.put("issuer", "https://b.example")),
        useless("is of another issuer", document -> document.put("issuer", 1)),
        useless("authorization_endpoint", document -> document.remove("authorization_endpoint")),
        useless("token_endpoint", document -> document.put("token_endpoint", "ftp://b.example")));
  }

  private static Arguments useless(String said, Consumer<Map<String, Object>> change) {
    return Arguments.of(said, change);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void theLogSaysWhatIsWrongWithADocument(String said, Consumer<Map<String, Object>> change) {
    List<String> lines = lines(change);
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(lines.getFirst().contains("/.well-known/openid-configuration"), lines::toString);
    assertTrue(lines.getFirst().contains(said), lines::toString);
  }

  @Test
  void theLogSaysNothingOfAGoodOne() {
    assertEquals(List.of(), lines(document -> document.remove("end_session_endpoint")));
  }

  /** What is logged while somebody wants to log in. */
  private static List<String> lines(Consumer<Map<String, Object>> change) {
    Logger logger = (Logger) LoggerFactory.getLogger(Provider.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try (ScriptedProvider provider = new ScriptedProvider(InstantSource.system())) {
      provider.configuration = change;
      String filter =
          "- oidc-login: {issuer: '%s', client-id: shop, allow-http: true, cookie-secret: %s}"
              .formatted(provider.issuer(), "x".repeat(32));
      try (FilterHarness gateway = FilterHarness.of(filter)) {
        gateway.get("/", Browser.HTML);
      }
    } finally {
      logger.detachAppender(appender);
    }
    return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
