package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenSecretsTest {
  private final HiddenSecrets hidden = ConfigFolder.reader().hiddenSecrets();

  @Test
  void secretsGetMarksAndTheRestStaysAsItIsWritten() {
    String text =
        """
        # who may come in
        consumers:
          - name: alice   # of the shop
            credentials: [{api-key: k-of-alice}, {api-key: "k two"}, {api-key: 'k three'}]
        audit: {path: a.jsonl, key: sixteen-bytes-at-least}
        """;

    String shown = hidden.hide(text);

    assertFalse(
        List.of("k-of-alice", "k two", "k three", "sixteen").stream().anyMatch(shown::contains),
        shown);
    assertTrue(shown.contains("- name: alice   # of the shop"), shown);
    assertEquals(4, HiddenSecrets.marks(shown).size(), shown);
    String back = hidden.restore(shown, text);
    assertEquals(data(text), data(back));
    assertTrue(back.contains("# who may come in"), back);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "audit: {path: a, key: '${KEY}'}",
        "audit: {path: a, key: '${file:/run/secrets/key}'}",
        "upstreams: {tokens: {endpoints: ['127.0.0.1:1']}}",
        "routes: [{id: token, match: {path: /password}, to: secrets}]",
        "redis: {tokens: {nodes: ['127.0.0.1:1']}}",
        "routes: [{id: a, match: {headers: {authorization: {present: true}}}}]",
        "routes: [{id: a, match: {cookies: {token: {absent: true}}, headers: {x-tier: gold}}}]"
      })
  void whatIsNoSecretStays(String text) {
    assertEquals(text, hidden.hide(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "audit: {path: a, key: '${KEY:-pass-word}'}",
        "audit: {path: a, key: 'pass-word${KEY}'}",
        "audit:\n  path: a\n  key: |\n    pass-word of\n    two lines\n",
        "audit: {path: a, key: \"pass-word \\\" quoted\"}",
        "audit: {path: &k pass-word-at, key: *k}",
        "redis: {a: {address: 'redis://user:pass-word@localhost:1'}}",
        "routes: [{id: a, respond: {headers: {set-cookie: pass-word}}}]",
        "routes: [{id: a, filters: [{request-headers: {set: {authorization: Basic pass-word}}}]}]",
        "routes: [{id: a, match: {headers: {x-api-key: pass-word}}}]",
        "routes: [{id: a, match: {query: {token: {prefix: pass-word}}}}]",
        "routes: [{id: a, match: {cookies: {my-token: {regex: 'pass-word.*'}}}}]",
        "unknown: {api-key: pass-word}",
        "audit: {path: a, kee: x, key: 中 pass-word}"
      })
  void nothingOfASecretIsShown(String text) {
    String shown = hidden.hide(text);

    assertFalse(shown.contains("pass-word"), shown);
    assertEquals(data(text), data(hidden.restore(shown, text)));
  }

  @Test
  void whatCanNotBeReadIsNotShownAtAll() {
    assertFalse(hidden.hide("audit: {key: pass-word").contains("pass-word"));
  }

  @Test
  void aMarkOfAnotherProcessStays() {
    String text = "audit: {path: a, key: sixteen-bytes-at-least}";
    String shown = hidden.hide(text);
    HiddenSecrets other = ConfigFolder.reader().hiddenSecrets();

    assertNotEquals(shown, other.hide(text));
    assertEquals(shown, other.restore(shown, text));
  }

  @Test
  void aSecretMayMoveToAnotherPlace() {
    String text = "consumers: [{name: a, credentials: [{api-key: k-of-a}]}, {name: b}]";
    String mark = HiddenSecrets.marks(hidden.hide(text)).getFirst();
    String edited = "consumers: [{name: b}, {name: c, credentials: [{api-key: " + mark + "}]}]";

    assertEquals(
        "consumers: [{name: b}, {name: c, credentials: [{api-key: \"k-of-a\"}]}]",
        hidden.restore(edited, text));
  }

  private static Object data(String text) {
    try {
      return EditableDocument.of("text", text).data();
    } catch (EditableDocument.Unreadable e) {
      throw new AssertionError(e);
    }
  }
}
