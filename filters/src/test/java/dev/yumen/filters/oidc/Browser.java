package dev.yumen.filters.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.yumen.filters.FilterHarness;
import dev.yumen.filters.path.Parameters;
import dev.yumen.testkit.RawResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps cookies and opens pages as a browser does. */
final class Browser {
  static final String HTML = "Accept: text/html,*/*;q=0.8";

  final Map<String, String> cookies = new LinkedHashMap<>();
  private final FilterHarness gateway;

  Browser(FilterHarness gateway) {
    this.gateway = gateway;
  }

  /** Another one with the same cookies. */
  Browser copy() {
    return at(gateway);
  }

  /** Another one with the same cookies, whose requests come to another gateway of the same name. */
  Browser at(FilterHarness other) {
    Browser copy = new Browser(other);
    copy.cookies.putAll(cookies);
    return copy;
  }

  RawResponse open(String target, String... headerLines) {
    List<String> lines = new ArrayList<>(List.of(headerLines));
    lines.add(HTML);
    return send("GET", target, lines.toArray(String[]::new));
  }

  RawResponse send(String method, String target, String... headerLines) {
    List<String> lines = new ArrayList<>(List.of(headerLines));
    List<String> pairs = new ArrayList<>();
    cookies.forEach((name, value) -> pairs.add(name + "=" + value));
    if (!pairs.isEmpty()) {
      lines.add("Cookie: " + String.join("; ", pairs));
    }
    RawResponse answer = gateway.send(method, target, lines.toArray(String[]::new));
    answer.headerValues("set-cookie").forEach(this::take);
    return answer;
  }

  private void take(String line) {
    String pair = line.substring(0, line.indexOf(';'));
    String name = pair.substring(0, pair.indexOf('='));
    if (line.contains("; Max-Age=0;")) {
      cookies.remove(name);
    } else {
      cookies.put(name, pair.substring(pair.indexOf('=') + 1));
    }
  }

  /** Opens a page without a session; returns what the provider is asked. */
  Parameters beginLogin(String target) {
    RawResponse answer = open(target);
    assertEquals(302, answer.status(), answer::toString);
    String location = answer.header("location");
    assertNotNull(location);
    return Parameters.parse(URI.create(location).getRawQuery());
  }

  /** Logs in at a scripted provider. */
  void logIn(ScriptedProvider provider) {
    Parameters asked = beginLogin("/");
    provider.nonce = asked.values("nonce").getFirst();
    String state = asked.values("state").getFirst();
    RawResponse answer = open("/oauth2/callback?code=c&state=" + state);
    assertEquals(303, answer.status(), answer::toString);
  }
}
