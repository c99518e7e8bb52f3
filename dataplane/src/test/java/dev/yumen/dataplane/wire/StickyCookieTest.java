package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.close;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that come back to their endpoint. */
@Timeout(60)
class StickyCookieTest {
  private static final String SECRET = "a secret of some length";

  private final ScriptedUpstream first = ScriptedUpstream.start(respond(200, "first"));
  private final ScriptedUpstream second = ScriptedUpstream.start(respond(200, "second"));

  @AfterEach
  void closeServices() {
    first.close();
    second.close();
  }

  private GatewayFixture gateway(String secret) {
    return GatewayFixture.start(
        """
        runtime: {loops: 1}
        upstreams:
          shop:
            endpoints: ['%s', '%s']
            balance: {sticky-cookie: {secret: %s, name: at, max-age: 1h}}
            retry: {attempts: 1, backoff: 1ms}
        routes: [{id: all, match: {path: "/**"}, to: shop}]
        """
            .formatted(first.address(), second.address(), secret));
  }

  private static RawResponse get(GatewayFixture gateway, String cookie) {
    try (RawClient client = gateway.connect()) {
      return client.get("/", "Cookie: lang=en; " + cookie);
    }
  }

  /** Name and value of the cookie of an answer. */
  private static String cookie(RawResponse answer) {
    String field = answer.header("set-cookie");
    assertNotNull(field);
    assertTrue(field.endsWith("; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600"), field);
    return field.substring(0, field.indexOf(';'));
  }

  @Test
  void aClientComesBackToItsEndpoint() {
    try (GatewayFixture gateway = gateway(SECRET)) {
      RawResponse one = get(gateway, "x=y");
      RawResponse two = get(gateway, "x=y");
      assertNotEquals(one.text(), two.text(), "in turn");
      assertNotEquals(cookie(one), cookie(two));
      for (int i = 0; i < 5; i++) {
        RawResponse again = get(gateway, cookie(one));
        assertEquals(one.text(), again.text());
        assertNull(again.header("set-cookie"), "it need not be told");
      }
      assertEquals(two.text(), get(gateway, cookie(two)).text());
    }
  }

  @Test
  void cookiesTellNothingAndCanNotBeMade() {
    try (GatewayFixture gateway = gateway(SECRET);
        GatewayFixture other = gateway("another secret of some length")) {
      RawResponse one = get(gateway, "x=y");
      assertFalse(cookie(one).contains("" + first.port()), cookie(one));
      assertNotNull(get(gateway, "at=" + first.address()).header("set-cookie"));
      assertNotNull(get(other, cookie(one)).header("set-cookie"), "another secret");
    }
  }

  @Test
  void gatewaysWithTheSameSecretKnowEachOthersCookies() {
    try (GatewayFixture gateway = gateway(SECRET);
        GatewayFixture other = gateway(SECRET)) {
      RawResponse one = get(gateway, "x=y");
      RawResponse there = get(other, cookie(one));
      assertEquals(one.text(), there.text());
      assertNull(there.header("set-cookie"));
    }
  }

  @Test
  void anEndpointThatFailsGivesTheClientToAnother() {
    try (GatewayFixture gateway = gateway(SECRET)) {
      RawResponse one = get(gateway, "x=y");
      ScriptedUpstream its = one.text().equals("first") ? first : second;
      its.next(close()).next(close()); // a kept connection, then a fresh one
      RawResponse elsewhere = get(gateway, cookie(one));
      assertNotEquals(one.text(), elsewhere.text());
      assertNotEquals(cookie(one), cookie(elsewhere));
      assertEquals(elsewhere.text(), get(gateway, cookie(elsewhere)).text());
    }
  }
}
