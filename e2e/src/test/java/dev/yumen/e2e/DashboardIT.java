package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dashboard, used in Chromium as a person would: looked at, clicked on and typed into. */
class DashboardIT {
  /** The navigation, and a text that only its page has. */
  private static final Map<String, String> PAGES =
      Map.of(
          "overview", "what fails and where",
          "routes", "The most specific one takes a request",
          "upstreams", "how each of their endpoints fares",
          "tracer", "without sending it",
          "diagnose", "step by step",
          "changes", "the way back",
          "editor", "Check or plan to see",
          "canaries", "Releases in steps",
          "consumers", "counted, never shown",
          "certificates", "the first to end first");

  private static final String HOSTILE = "<img src=x onerror=hacked=1>";

  private static final String PORTS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      """;

  private static final String CONFIG =
      PORTS
          + """
          admin: {address: "127.0.0.1:0"}
          upstreams:
            order-service: {endpoints: ["127.0.0.1:1"], circuit-breaker: {}}
          consumers:
            - {name: alice, tags: {note: "%1$s"}, credentials: [{api-key: key-of-alice-000}]}
          routes:
            - id: order
              match: {path: "/api/order/{id}", methods: [GET]}
              filters: [{strip-prefix: /api}]
              to: order-service
            - id: partner
              match: {path: "/partner/**"}
              filters: [{api-key: {}}]
              to: order-service
            - id: strange/one
              match: {path: /strange, headers: {X-Strange: "%1$s"}}
              respond: {body: strange}
          """
              .formatted(HOSTILE)
          + IntStream.range(0, 10_000)
              .mapToObj(
                  i -> "  - {id: r%d, match: {path: /many/%d}, respond: {}}\n".formatted(i, i))
              .collect(Collectors.joining())
          + "recording: 100\n";

  @TempDir static Path folder;
  @TempDir static Path home;

  private static ManagedGateway gateway;
  private static Chromium chromium;
  private Chromium.Visitor visitor;
  private BrowserPage page;

  @BeforeAll
  static void start() throws Exception {
    gateway = start("open", CONFIG);
    chromium = Chromium.open(home, "about:blank");
  }

  @AfterAll
  static void stop() {
    chromium.close();
    gateway.close();
  }

  private static ManagedGateway start(String name, String config) throws IOException {
    Path file = Files.createDirectories(folder.resolve(name)).resolve("yumen.yaml");
    Files.writeString(file, config);
    try {
      return ManagedGateway.start(
          file, new ConfigReader(BuiltInFilters.byName(), Map.of()), loaded -> {});
    } catch (ManagedGateway.NotStarted e) {
      throw new AssertionError(e.problems().toString(), e);
    }
  }

  @BeforeEach
  void visit() {
    visitor = chromium.new Visitor();
    page = visitor.page();
    page.prefer("light", "en-GB");
    page.resize(1280, 800);
  }

  @AfterEach
  void leave() {
    visitor.close();
  }

  private static String address(ManagedGateway gateway) {
    int port = Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
    return "http://127.0.0.1:" + port + "/";
  }

  private void open() {
    page.open(address(gateway));
    page.awaitText("Version 1 is live");
  }

  // ---- pages ----

  @Test
  void everyPageIsOpenedByAClick() {
    open();
    PAGES.forEach(
        (name, text) -> {
          page.click("#nav-" + name);
          page.awaitText(text);
          assertEquals(
              "page", page.value("document.querySelector('#nav-" + name + "').ariaCurrent"));
          assertFalse(page.text().contains("This page failed"), name);
        });
  }

  @Test
  void aRouteIsFoundAmongTenThousand() {
    open();
    page.click("#nav-routes");
    page.awaitText("10,003 routes");
    page.type("#search", "/api/order");
    page.awaitText("1 routes");
    page.click("#routes a");
    page.awaitText("Takes");

    assertTrue(page.url().endsWith("#/routes/order"), page.url());
    page.awaitText("yumen.yaml:10");
    page.awaitText("strip-prefix");
    page.awaitText("None of the last 8 versions changed it.");
  }

  @Test
  void upstreamsTellOfTheirEndpoints() {
    open();
    page.click("#nav-upstreams");
    page.awaitText("127.0.0.1:1");
    page.awaitText("1 of 1 in use");
    page.awaitText("Circuit breaker closed");
  }

  // ---- what is wrong ----

  @Test
  void whatIsWrongIsWalkedStepByStep() {
    open();
    page.click("#nav-upstreams");
    page.awaitText("127.0.0.1:1");
    page.open(address(gateway) + "#/upstreams/order-service");
    page.awaitText("127.0.0.1:1");
    page.click("#diagnose-upstream");
    page.awaitText("How far back");
    page.click("#diagnose-probe");
    page.click("#diagnose");
    page.awaitText("127.0.0.1:1 of order-service refuses connections now.");
    page.awaitText("Nothing listens there");

    page.click("#tab-auth");
    page.type("#trace-url", "/partner/1");
    page.click("#trace");
    page.awaitText("api-key refuses with 401 AUTH_MISSING");
    page.click("#language");
    page.awaitText("是否携带凭证");
    assertFalse(page.text().contains("This page failed"));
  }

  @Test
  void aRequestThatFailedLeadsToTheWalkOfItsRoute() {
    int port = Objects.requireNonNull(gateway.gateway().addresses().get("http")).getPort();
    try (RawClient client = RawClient.connect(port)) {
      assertEquals(502, client.get("/api/order/7").status());
    }
    open();
    page.click("#nav-tracer");
    page.click("#tab-recorded");
    page.awaitText("/api/order/7");
    page.click(".diagnose-timeouts");
    page.awaitText("How far back");
    assertEquals("order", page.value("document.querySelector('#diagnose-route-id').value"));
    page.click("#diagnose");
    page.awaitText("refused the connection");
  }

  // ---- the tracer ----

  @Test
  void theReasonOfA404IsFoundByTypingThePath() {
    open();
    page.click("#open-palette");
    page.type("#palette", "/api/orders/1");
    page.awaitText("Trace GET /api/orders/1");
    page.press("Enter");

    page.awaitText("No route takes this request");
    assertEquals("404", page.value("document.querySelector('#verdict .big').textContent"));
    assertTrue(page.text().contains("path is /api/order/{id}"), page.text());
    assertEquals(
        "/orders /order",
        page.value(
            "[...document.querySelectorAll('.candidates li:first-child .differs')].map(e => e.textContent).join(' ')"));
  }

  @Test
  void aLineOfCurlIsTraced() {
    open();
    page.click("#nav-tracer");
    page.click("#tab-curl");
    page.type(
        "#curl",
        "curl -XGET \\\n  -H 'X-API-Key: key-of-alice-000' \"http://localhost/partner/1\"");
    page.click("#trace-curl");
    page.awaitText("Goes by route partner to order-service");

    page.type("#curl", " -H 'x: \"");
    page.click("#trace-curl");
    page.awaitText("A quote ' does not end");
  }

  @Test
  void aFilterThatRefusesIsSeenInThePicture() {
    open();
    page.click("#nav-tracer");
    page.type("#trace-url", "/partner/1");
    page.click("#trace");
    page.awaitText("The filter api-key of route partner refuses it");

    assertEquals("401", page.value("document.querySelector('.station:last-child b').textContent"));
    assertTrue(
        page.value("document.querySelector('.picture').textContent").contains("AUTH_MISSING"));
  }

  // ---- the editor ----

  @Test
  void problemsAreShownAtTheirLineAndPlansBeforeTheyAreLive() {
    open();
    page.click("#nav-editor");
    page.awaitTrue("document.querySelector('#yaml .CodeMirror') !== null");
    page.value(
        "document.querySelector('.CodeMirror').CodeMirror.setValue('routes:\\n  - {id: a, match: {path: nope}}\\n')");
    page.click("#check");
    page.awaitText("path that starts with");
    assertEquals(
        "2",
        page.value("document.querySelector('.line-error .CodeMirror-linenumber').textContent"));

    page.value(
        "document.querySelector('.CodeMirror').CodeMirror.setValue('routes:\\n  - {id: a, match: {path: /a}, respond: {status: 200}}\\n')");
    page.click("#plan");
    page.awaitText("What it would do");
    page.awaitText("Changes: ");
  }

  @Test
  void aChangeIsPlannedMadeLiveConfirmedAndTakenBack() throws Exception {
    String config = PORTS + "admin: {address: \"127.0.0.1:0\"}\nsource: {store: {}}\n";
    try (ManagedGateway writable = start("writable", config)) {
      page.open(address(writable) + "#/editor");
      page.awaitTrue("document.querySelector('#yaml .CodeMirror') !== null");
      page.value(
          "document.querySelector('.CodeMirror').CodeMirror.setValue('# ours\\nroutes:\\n  - {id: a, match: {path: /a}, respond: {status: 200}}\\n')");
      page.click("#plan");
      page.awaitText("Changes: 1");
      page.click("#result .actions button");
      page.awaitText("Really?");
      page.click("#result .actions button");
      page.awaitText("Version 2 waits for a yes");
      page.click("#confirm");
      page.awaitTrue("!document.body.textContent.includes('waits for a yes')");
      page.awaitText("Version 2 is live");

      page.click("#nav-changes");
      page.awaitText("1 → 2");
      assertEquals("a", writable.gateway().config().routes().getFirst().id());

      page.delay(Duration.ofMillis(300));
      page.open(address(writable) + "#/changes/1");
      page.awaitText("Roll back to 1");
      page.click(".trace-form button");
      page.awaitText("Really?");
      page.click(".trace-form button");
      page.awaitText("Version 3 waits for a yes");
      page.click("#confirm");
      page.awaitText("Version 3 is live");
      assertEquals(List.of(), writable.gateway().config().routes());
    }
  }

  // ---- looks and languages ----

  @ParameterizedTest
  @CsvSource({"light, en-GB, Routes, zh", "dark, zh-CN, 路由, en"})
  void itBeginsAsThePersonLikesAndIsSwitchedByClicks(
      String scheme, String language, String routes, String other) {
    page.prefer(scheme, language);
    page.open(address(gateway));
    page.awaitText(routes);
    assertEquals(scheme, page.value("document.documentElement.dataset.theme"));
    String before = page.value("getComputedStyle(document.body.parentElement).backgroundColor");

    page.click("#theme");
    page.awaitTrue("document.documentElement.dataset.theme !== '" + scheme + "'");
    assertNotEquals(
        before, page.value("getComputedStyle(document.body.parentElement).backgroundColor"));
    page.click("#language");
    page.awaitTrue("document.documentElement.lang.startsWith('" + other + "')");
    assertFalse(page.text().contains(routes), page.text());

    page.open(address(gateway) + "#/tracer");
    page.awaitTrue("document.documentElement.lang.startsWith('" + other + "')");
    assertNotEquals(scheme, page.value("document.documentElement.dataset.theme"));
  }

  @Test
  void everyPageFitsANarrowScreen() {
    page.resize(360, 720);
    page.open(address(gateway));
    page.awaitText("what fails and where");
    for (String name : PAGES.keySet()) {
      page.awaitTrue("getComputedStyle(document.querySelector('.side')).visibility === 'hidden'");
      page.click("#menu");
      page.awaitTrue("document.querySelector('.side').getBoundingClientRect().left === 0");
      page.click("#nav-" + name);
      page.awaitText(Objects.requireNonNull(PAGES.get(name)));
      assertEquals(
          "true", page.value("String(document.documentElement.scrollWidth <= innerWidth)"), name);
    }
  }

  // ---- keys ----

  @Test
  void itIsUsedByKeysAlone() {
    open();
    page.press("g");
    page.press("r");
    page.awaitText("10,003 routes");
    page.press("/");
    page.awaitTrue("document.activeElement.id === 'search'");
    page.press("g");
    assertEquals("g", page.value("document.activeElement.value"), "letters are letters in a field");
    page.press("Control+k");
    page.awaitTrue("document.activeElement.id === 'palette'");
    page.press("Escape");
    page.awaitTrue("document.querySelector('dialog') === null");
    page.value("document.activeElement.blur()");
    page.press("?");
    page.awaitTrue("document.querySelector('dialog[open]')?.textContent.includes('Go anywhere')");
    page.press("Escape");
    page.awaitTrue("document.querySelector('dialog') === null");
    page.press("g");
    page.press("t");
    page.awaitText("without sending it");
  }

  @Test
  void focusIsSeenAndTheFirstTabSkipsTheNavigation() {
    open();
    page.press("Tab");
    page.awaitTrue("document.activeElement.className === 'skip'");
    page.press("Enter");
    page.awaitTrue("document.activeElement.id === 'main'");
    page.value("document.querySelector('#nav-routes').focus()");
    page.press("Tab");
    assertEquals("nav-upstreams", page.value("document.activeElement.id"));
    assertEquals("solid", page.value("getComputedStyle(document.activeElement).outlineStyle"));
  }

  // ---- what must not happen ----

  @Test
  void whatOthersWriteIsShownAsText() {
    open();
    page.click("#nav-consumers");
    page.awaitText(HOSTILE);
    page.click("#nav-routes");
    page.type("#search", "strange");
    page.awaitText("header:X-Strange");
    page.click("#nav-tracer");
    page.type("#trace-url", "/strange");
    page.click("#trace");
    page.awaitText("header x-strange is \"" + HOSTILE);
    page.click("#nav-editor");
    page.awaitTrue("document.querySelector('#yaml .CodeMirror') !== null");
    page.value(
        "document.querySelector('.CodeMirror').CodeMirror.setValue('routes: [{id: \""
            + HOSTILE
            + "\", nope: 1}]')");
    page.click("#check");
    page.awaitText("unknown key");
    page.open(address(gateway) + "#/routes/" + "%3Cimg%20src=x%20onerror=hacked=1%3E");
    page.awaitText("no route " + HOSTILE);

    assertEquals("undefined", page.value("typeof hacked"));
    assertEquals("0", page.value("String(document.querySelectorAll('img').length)"));
  }

  @Test
  void theFirstViewIsSmallAndNothingComesFromElsewhere() {
    page.watchTheWire();
    open();
    page.awaitText("Upstreams");
    page.awaitTrue(
        "performance.getEntriesByType('resource').some(e => e.name.endsWith('/pages/overview.js'))");
    long first = page.received();
    PAGES.keySet().forEach(name -> page.click("#nav-" + name));
    page.click("#nav-editor");
    page.awaitTrue("document.querySelector('#yaml .CodeMirror') !== null");

    assertTrue(first > 20_000 && first < 300 << 10, "bytes of the first view: " + first);
    List<String> elsewhere =
        page.asked().stream()
            .filter(url -> !url.startsWith(address(gateway)) && !url.startsWith("data:"))
            .toList();
    assertEquals(List.of(), elsewhere);
    assertTrue(page.asked().size() > 20, page.asked().toString());
  }

  // ---- who may ----

  @Test
  void aTokenIsAskedForAndForgottenWithTheTab() throws Exception {
    String config =
        PORTS
            + """
            admin:
              address: "127.0.0.1:0"
              tokens: [{name: eve, token: viewer-0123456789}]
            """;
    try (ManagedGateway guarded = start("guarded", config)) {
      page.open(address(guarded));
      page.awaitText("Who are you?");
      page.type("#token", "wrong-0123456789");
      page.click("#token-send");
      page.awaitText("That token is not known.");
      page.type("#token", "viewer-0123456789");
      page.click("#token-send");
      page.awaitText("Version 1 is live");

      assertEquals("false", page.value("String(JSON.stringify(localStorage).includes('viewer-'))"));
      assertEquals("", page.value("document.cookie"));
      page.click("#nav-tracer");
      page.type("#trace-url", "/a");
      page.click("#trace");
      page.awaitText("Not available to your role");
      page.click("#leave");
      page.awaitText("Who are you?");
    }
  }

  @Test
  void aRefusedChangeIsToldOnEveryPage() throws Exception {
    try (ManagedGateway changing =
        start("changing", PORTS + "admin: {address: \"127.0.0.1:0\"}\n")) {
      page.open(address(changing) + "#/consumers");
      page.awaitText("No consumers");
      rewrite("changing", "routes: [{id: 1, match: {path: nope}}]\n");
      page.awaitText("The last change was refused");

      rewrite(
          "changing",
          PORTS
              + "admin: {address: \"127.0.0.1:0\"}\nroutes: [{id: new, match: {path: /new}, respond: {}}]\n");
      page.awaitText("Version 2 is live");
      page.click("#nav-changes");
      page.awaitText("change of files");
      page.awaitText("1 → 2");
      page.awaitText("routes new");
    }
  }

  private static void rewrite(String name, String config) throws IOException {
    Path file = folder.resolve(name).resolve("yumen.yaml");
    Path written = Files.writeString(folder.resolve(name).resolve("new"), config);
    Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
