package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.EditableDocument.Unreadable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EditableDocumentTest {
  private static final String TEXT =
      """
      log: {level: info}
      upstreams: {users: {endpoints: ["127.0.0.1:1"]}}
      routes:
        - {id: a, match: {path: /a, methods: [GET]}, to: users}
        - {id: "b", match: {path: /b}, respond: {status: 204}}
      """;

  @Test
  void anObjectIsGivenAsData() throws Unreadable {
    EditableDocument document = EditableDocument.of("store", TEXT);

    assertEquals(
        Map.of("id", "b", "match", Map.of("path", "/b"), "respond", Map.of("status", 204L)),
        document.object(Section.ROUTES, "b"));
    assertEquals(
        Map.of("endpoints", List.of("127.0.0.1:1")), document.object(Section.UPSTREAMS, "users"));
    assertNull(document.object(Section.ROUTES, "c"));
    assertNull(document.object(Section.CONSUMERS, "a"));
  }

  @Test
  void anObjectIsReplacedInItsPlace() throws Unreadable {
    EditableDocument document =
        EditableDocument.of("store", TEXT)
            .with(Section.ROUTES, "a", "{\"match\": {\"path\": \"/new\"}, \"to\": \"users\"}");

    assertEquals(
        Map.of("id", "a", "match", Map.of("path", "/new"), "to", "users"),
        again(document).object(Section.ROUTES, "a"));
    assertTrue(document.text().indexOf("/new") < document.text().indexOf("\"/b\""));
  }

  @Test
  void aNewObjectComesLastAndMakesItsSection() throws Unreadable {
    EditableDocument document =
        EditableDocument.of("store", "")
            .with(Section.UPSTREAMS, "odd: name", "endpoints: ['127.0.0.1:2']")
            .with(Section.ROUTES, "z", "{id: z, to: 'odd: name'}")
            .with(Section.CONSUMERS, "eve", "groups: [staff]");

    assertEquals(
        Map.of(
            "upstreams",
            Map.of("odd: name", Map.of("endpoints", List.of("127.0.0.1:2"))),
            "routes",
            List.of(Map.of("id", "z", "to", "odd: name")),
            "consumers",
            List.of(Map.of("name", "eve", "groups", List.of("staff")))),
        again(document).data());
  }

  @Test
  void aPatchChangesWhatItNames() throws Unreadable {
    EditableDocument document =
        Objects.requireNonNull(
            EditableDocument.of("store", TEXT)
                .patched(
                    Section.ROUTES,
                    "a",
                    "{\"match\": {\"methods\": null, \"host\": \"h\"}, \"to\": null, \"x\": {\"y\": 1}}"));

    assertEquals(
        Map.of("id", "a", "match", Map.of("path", "/a", "host", "h"), "x", Map.of("y", 1L)),
        again(document).object(Section.ROUTES, "a"));
  }

  @Test
  void anObjectIsTakenAway() throws Unreadable {
    EditableDocument document =
        Objects.requireNonNull(EditableDocument.of("store", TEXT).without(Section.ROUTES, "a"));

    assertNull(again(document).object(Section.ROUTES, "a"));
    assertTrue(document.has(Section.ROUTES, "b"));
    assertNull(document.without(Section.ROUTES, "a"));
    assertNull(document.patched(Section.ROUTES, "a", "{}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "text", "", "{", "{id: other}", "{id: {}}", "a: 1\na: 2\n"})
  void anObjectThatIsNoneIsRefused(String body) throws Unreadable {
    EditableDocument document = EditableDocument.of("store", TEXT);

    Unreadable refused =
        assertThrows(Unreadable.class, () -> document.with(Section.ROUTES, "a", body));

    assertTrue(!refused.problems().isEmpty());
  }

  private static EditableDocument again(EditableDocument document) throws Unreadable {
    return EditableDocument.of("again", document.text());
  }
}
