package dev.yumen.e2e;

import dev.yumen.testkit.Eventually;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The page that a browser shows, used as a person would: looked at, typed into and clicked on, by
 * the browser's DevTools protocol.
 */
final class BrowserPage implements AutoCloseable {
  /** Keys that are no characters, and the codes by which browsers know them. */
  private static final Map<String, Integer> KEYS =
      Map.of("Tab", 9, "Enter", 13, "Escape", 27, "ArrowUp", 38, "ArrowDown", 40, "ArrowRight", 39);

  /** The function by which a page tells that an element took a click. */
  private static final String CLICKED = "yumenTestClicked";

  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final AtomicLong received = new AtomicLong();
  private final AtomicBoolean clicked = new AtomicBoolean();
  private final DevTools tools;

  /**
   * Takes hold of a page.
   *
   * @param address where the browser listens for this protocol on behalf of the page
   */
  BrowserPage(URI address) {
    tools = new DevTools(address, this::note);
    call("Runtime.enable", Map.of());
    call("Runtime.addBinding", Map.of("name", CLICKED));
  }

  /** What goes over the wire, once it is watched, and that an element took a click. */
  private void note(String event, JsonNode parameters) {
    if (event.equals("Network.requestWillBeSent")) {
      asked.add(parameters.at("/request/url").asString(""));
    } else if (event.equals("Network.loadingFinished")) {
      received.addAndGet(parameters.path("encodedDataLength").asLong(0));
    } else if (event.equals("Runtime.bindingCalled")) {
      clicked.set(true);
    }
  }

  /** From here on it is known what the page asks for, and nothing comes out of a cache. */
  void watchTheWire() {
    call("Network.enable", Map.of());
    call("Network.setCacheDisabled", Map.of("cacheDisabled", true));
  }

  /** Every address that was asked for since the wire is watched. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Bytes that came in since the wire is watched, as they were on it. */
  long received() {
    return received.get();
  }

  /** From here on every answer that the page asks for comes this much later. */
  void delay(Duration latency) {
    call("Network.enable", Map.of());
    call(
        "Network.emulateNetworkConditions",
        Map.of(
            "offline",
            false,
            "latency",
            latency.toMillis(),
            "downloadThroughput",
            -1,
            "uploadThroughput",
            -1));
  }

  /** Takes the page for one on a screen of this size. */
  void resize(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** What the person likes: light or dark, and the languages. */
  void prefer(String scheme, String language) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    String agent = Objects.requireNonNull(evaluate("navigator.userAgent")).asString();
    call("Emulation.setUserAgentOverride", Map.of("userAgent", agent, "acceptLanguage", language));
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    return tools.call(method, parameters);
  }

  void open(String url) {
    call("Page.navigate", Map.of("url", url));
  }

  /** What a script in the page comes to; null when there is no page that could say. */
  private @Nullable JsonNode evaluate(String script) {
    JsonNode result = call("Runtime.evaluate", Map.of("expression", script, "returnByValue", true));
    JsonNode value = result.path("result").path("value");
    return result.has("exceptionDetails") || value.isMissingNode() ? null : value;
  }

  String url() {
    JsonNode url = evaluate("location.href");
    return url == null ? "" : url.asString();
  }

  /** What can be read on the page. */
  String text() {
    JsonNode text = evaluate("document.body.innerText");
    return text == null ? "" : text.asString();
  }

  /** Waits until this can be read. */
  void awaitText(String expected) {
    if (!Eventually.holdsWithin(GatewayProcess.PATIENCE, () -> text().contains(expected))) {
      throw new AssertionError("no \"" + expected + "\" at " + url() + ":\n" + text());
    }
  }

  /**
   * Clicks into the middle of an element, once it is there, rests, and nothing lies over it; once
   * more when it moved away under the mouse.
   *
   * @param selector of CSS
   */
  void click(String selector) {
    Eventually.within(
        GatewayProcess.PATIENCE,
        selector + " takes a click",
        () -> {
          clicked.set(false);
          press(restingPlaceOf(selector));
          evaluate("document.readyState"); // what the page told before has arrived then
          return clicked.get();
        });
  }

  private JsonNode restingPlaceOf(String selector) {
    String settled =
        """
        (element => {
          element.scrollIntoView({block: 'center', behavior: 'instant'});
          const {x, y, width, height} = element.getBoundingClientRect();
          const middle = [x + width / 2, y + height / 2];
          const free = element.contains(document.elementFromPoint(...middle));
          if (!element.tellsClicks) {
            element.tellsClicks = true;
            element.addEventListener('click', () => %s(''), {capture: true});
          }
          return document.readyState === 'complete' && free ? middle : undefined;
        })(document.querySelector('%s'))
        """
            .formatted(CLICKED, selector);
    AtomicReference<@Nullable JsonNode> last = new AtomicReference<>();
    return Eventually.valueWithin(
        GatewayProcess.PATIENCE,
        selector + " on the page",
        () -> {
          JsonNode now = evaluate(settled);
          return now != null && now.equals(last.getAndSet(now)) ? now : null;
        });
  }

  private void press(JsonNode place) {
    for (String type : new String[] {"mousePressed", "mouseReleased"}) {
      call(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              type,
              "x",
              place.get(0).asDouble(),
              "y",
              place.get(1).asDouble(),
              "button",
              "left",
              "clickCount",
              1));
    }
  }

  /** Types into a field. */
  void type(String selector, String text) {
    Eventually.within(
        GatewayProcess.PATIENCE,
        selector + " takes letters",
        () -> {
          click(selector);
          return Eventually.holdsWithin(Duration.ofSeconds(2), () -> hasFocus(selector));
        });
    call("Input.insertText", Map.of("text", text));
  }

  private boolean hasFocus(String selector) {
    JsonNode focused =
        evaluate("document.activeElement === document.querySelector('" + selector + "')");
    return focused != null && focused.asBoolean();
  }

  /** Presses a key: a character, or one of {@link #KEYS} by its name; held with Control or not. */
  void press(String key) {
    boolean control = key.startsWith("Control+");
    String name = control ? key.substring("Control+".length()) : key;
    Map<String, Object> down = new LinkedHashMap<>();
    down.put("key", name);
    down.put("modifiers", control ? 2 : 0);
    down.put("windowsVirtualKeyCode", KEYS.getOrDefault(name, 0));
    Map<String, Object> up = new LinkedHashMap<>(down);
    if (name.equals("Enter")) {
      down.put("text", "\r");
    } else if (name.length() == 1 && !control) {
      down.put("text", name);
    }
    down.put("type", "keyDown");
    up.put("type", "keyUp");
    call("Input.dispatchKeyEvent", down);
    call("Input.dispatchKeyEvent", up);
  }

  /** Waits until a script in the page says that something is so. */
  void awaitTrue(String script) {
    boolean so =
        Eventually.holdsWithin(
            GatewayProcess.PATIENCE,
            () -> {
              JsonNode value = evaluate(script);
              return value != null && value.asBoolean(false);
            });
    if (!so) {
      throw new AssertionError("never " + script + " at " + url() + ":\n" + text());
    }
  }

  /** What a script in the page comes to, as a text. */
  String value(String script) {
    JsonNode value = evaluate(script);
    return value == null ? "" : value.asString();
  }

  /** What it looks like, as PNG. */
  byte[] screenshot() {
    JsonNode data = call("Page.captureScreenshot", Map.of("format", "png")).path("data");
    return Base64.getDecoder().decode(Objects.requireNonNull(data.asString()));
  }

  @Override
  public void close() {
    tools.close();
  }
}
