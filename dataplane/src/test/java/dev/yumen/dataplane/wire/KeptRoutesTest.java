package dev.yumen.dataplane.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What another configuration takes over of the one before, and what it makes anew. */
class KeptRoutesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final GatewayFixture gateway =
      GatewayFixture.start(
          "routes: []",
          new FilterType<>("which", Settings.class, this::which),
          new FilterType<>("looks", Settings.class, this::looks),
          new FilterType<>("one-more", Settings.class, this::which));

  /** Settings of the test's filters. */
  @Describe("Settings of the test's filters.")
  record Settings(@Describe("Anything.") String value) {}

  /** Answers with its number, which each has for itself. */
  private AnyFilter which(Settings settings, FilterContext context) {
    int number = made.incrementAndGet();
    open.incrementAndGet();
    return new Filter() {
      @Override
      public Verdict onRequest(Exchange exchange) {
        String text = number + " " + settings.value();
        return Verdict.respond(Response.of(200).body(text.getBytes(StandardCharsets.UTF_8)));
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  private AnyFilter looks(Settings settings, FilterContext context) {
    return which(new Settings(context.folder().getFileName() == null ? "" : "file"), context);
  }

  private static String route(String id, String filter, String value) {
    return "{id: %1$s, match: {path: /%1$s}, respond: {}, filters: [{%2$s: {value: %3$s}}]}"
        .formatted(id, filter, value);
  }

  private void apply(String top, String... routes) {
    String yaml = top + "routes: [" + String.join(", ", routes) + "]\n";
    assertEquals(List.of(), gateway.apply(yaml));
    gateway.awaitIdle();
  }

  private String get(String path) {
    try (RawClient client = gateway.connect()) {
      return client.get(path).text();
    }
  }

  @AfterEach
  void everyFilterIsClosedOnceInTheEnd() {
    gateway.close();
    assertEquals(0, open.get());
  }

  @Test
  void aRouteThatIsWrittenAsItWasKeepsItsFilters() {
    apply("", route("a", "which", "x"), route("b", "which", "x"));
    apply("", route("new", "which", "x"), route("b", "which", "y"), route("a", "which", "x"));

    assertEquals("1 x", get("/a"));
    assertEquals("4 y", get("/b"));
    assertEquals("3 x", get("/new"));
    Eventually.within(PATIENCE, "the old one of b is closed", () -> open.get() == 3);
    apply("", route("a", "which", "x"));
    assertEquals("1 x", get("/a"));
    Eventually.within(PATIENCE, "one is left", () -> open.get() == 1);
  }

  @Test
  void whatIsAroundThemMakesThemAnew() {
    String upstream = "upstreams: {u: {endpoints: ['127.0.0.1:1']}}\n";
    String to = "{id: to, match: {path: /to}, to: u}";
    apply(upstream, to, route("a", "which", "x"));
    for (String other :
        List.of(
            upstream.replace(":1'", ":2'"),
            upstream + "consumers: [{name: eve, credentials: [{api-key: key-of-eve-0000}]}]\n",
            upstream + "limits: {filter-timeout: 9s}\n")) {
      String before = get("/a");
      apply(other, to, route("a", "which", "x"));
      assertNotEquals(before, get("/a"), other);
    }
    assertEquals(4, made.get());
    Eventually.within(PATIENCE, "one is left", () -> open.get() == 1);
  }

  @Test
  void aFilterForEveryRouteIsKeptAndStandsInAllChains() {
    String first = "filters: [{which: {value: all}}]\n";
    apply(first, route("a", "one-more", "x"));
    apply(first, route("a", "one-more", "x"), route("b", "one-more", "x"));
    assertEquals("1 all", get("/a"));
    assertEquals("1 all", get("/b"));
    assertEquals("1 all", get("/nowhere"));

    apply("filters: [{which: {value: other}}]\n", route("a", "one-more", "x"));
    assertEquals("4 other", get("/a"));
    Eventually.within(PATIENCE, "two are left", () -> open.get() == 2);

    apply("", route("a", "one-more", "x"));
    assertEquals("2 x", get("/a"));
  }

  @Test
  void whatLooksAtFilesIsMadeAnew() {
    apply("", route("a", "looks", "x"));
    apply("", route("a", "looks", "x"), route("b", "which", "x"));

    assertEquals("2 file", get("/a"));
    Eventually.within(PATIENCE, "the old one is closed", () -> open.get() == 2);
  }

  @Test
  void aConfigurationThatIsRefusedTakesNothingAway() {
    apply("", route("a", "which", "x"));
    String bad =
        "routes: ["
            + route("a", "which", "x")
            + ", {id: b, match: {path: /b}, static: {folder: no}}]";
    assertEquals(1, gateway.apply(bad).size());
    assertEquals("1 x", get("/a"));
    assertEquals(1, open.get());
  }
}
