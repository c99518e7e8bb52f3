package dev.yumen.dataplane.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization",
        "proxy-authorization",
        "Cookie",
        "set-cookie",
        "X-API-Key",
        "apikey",
        "X_Api_Key",
        "access_token",
        "client_secret",
        "password",
        "Signature",
        "key",
        "sig",
        "X-Session-Id",
        "code",
        "Client-Cert",
        "X-Amz-Security-Token",
        "pwd",
        "user_pwd",
        "passphrase",
        "otp",
        "pin",
        "jwt",
        "id_jwt",
        "sid"
      })
  void valuesOfSecretsAreHidden(String name) {
    assertEquals("***", Redaction.value(name, "abc"));
    assertNull(Redaction.value(name, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host",
        "accept",
        "x-user",
        "x-consumer-id",
        "content-type",
        "zip-code",
        "page",
        "pinned",
        "option",
        "side"
      })
  void othersAreShown(String name) {
    assertEquals("abc", Redaction.value(name, "abc"));
  }

  @Test
  void queriesKeepTheirNames() {
    assertEquals("a=1&token=***&b", Redaction.query("a=1&token=x=y&b"));
    assertEquals("to%6ben=***", Redaction.query("to%6ben=abc"));
    assertEquals("/a?sig=***", Redaction.target("/a?sig=1"));
    assertEquals("/a", Redaction.target("/a"));
  }

  @Test
  void whatARuleExpectsOfASecretIsHidden() {
    assertEquals(
        "header x-api-key is ***",
        Redaction.expected("headers.x-api-key", "header x-api-key is \"abc\""));
    assertEquals(
        "header x-user is \"7\"", Redaction.expected("headers.x-user", "header x-user is \"7\""));
    assertEquals("method is GET", Redaction.expected("methods", "method is GET"));
  }
}
