package dev.yumen.control.admin;

import dev.yumen.config.EditableDocument;
import dev.yumen.config.HiddenSecrets;
import dev.yumen.config.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Marks of secrets that a workspace writes back: each stands for its secret where it stood before,
 * in the very object that is written, and nowhere else. Moved, it would show the secret: a mark of
 * a consumer's key as the value of a header goes to whoever the route leads to.
 *
 * <p>Places are names of settings without positions in lists, so that a filter may be put before
 * another one.
 */
final class OwnMarks {
  private final HiddenSecrets secrets;
  private final Section section;
  private final String name;

  /** The object before, and nothing beside it. */
  private final EditableDocument before;

  OwnMarks(HiddenSecrets secrets, EditableDocument document, Section section, String name) {
    this.secrets = secrets;
    this.section = section;
    this.name = name;
    this.before = document.only((of, one) -> of == section && one.equals(name));
  }

  /**
   * The body with its secrets.
   *
   * @param edited what the document would be with the body as it was sent
   * @throws Refused when a mark stands where it did not
   */
  String restored(String body, EditableDocument edited) throws Refused {
    Set<List<String>> known = new HashSet<>();
    walk(
        secrets.hide(before).object(section, name),
        "",
        List.of(),
        (_, place, text) -> known.add(with(place, text)));
    List<Map<String, Object>> wrong = new ArrayList<>();
    walk(
        edited.object(section, name),
        "",
        List.of(),
        (pointer, place, text) -> {
          if (!HiddenSecrets.marks(text).isEmpty() && !known.contains(with(place, text))) {
            wrong.add(problem(pointer));
          }
        });
    if (!wrong.isEmpty()) {
      String all = String.join(", ", wrong.stream().map(one -> one.get("pointer") + "").toList());
      throw new Refused(
          AdminError.INVALID, all + ": a mark of a secret, which does not stand there", wrong);
    }
    return ConfigResources.restored(secrets, body, before.text());
  }

  private static Map<String, Object> problem(String pointer) {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("severity", "error");
    problem.put("file", "body");
    problem.put("path", pointer.substring(1).replace('/', '.'));
    problem.put(
        "message", "a mark of a secret (expected: one where GET gave it, or the secret itself)");
    problem.put("pointer", pointer);
    return problem;
  }

  // ---- texts of an object ----

  /** Is told of each text, and of each name as a text that stands where its value does. */
  @FunctionalInterface
  private interface Visitor {
    void visit(String pointer, List<String> place, String text);
  }

  private static void walk(
      @Nullable Object value, String pointer, List<String> place, Visitor visitor) {
    switch (value) {
      case String text -> visitor.visit(pointer, place, text);
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          walk(list.get(i), pointer + "/" + i, place, visitor);
        }
      }
      case Map<?, ?> map ->
          map.forEach(
              (key, inside) -> {
                String below = String.valueOf(key);
                String at = pointer + "/" + below.replace("~", "~0").replace("/", "~1");
                visitor.visit(at, with(place, below), below);
                walk(inside, at, with(place, below), visitor);
              });
      case null, default -> {}
    }
  }

  private static List<String> with(List<String> place, String next) {
    List<String> all = new ArrayList<>(place);
    all.add(next);
    return all;
  }
}
