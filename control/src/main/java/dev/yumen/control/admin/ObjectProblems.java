package dev.yumen.control.admin;

import dev.yumen.config.EditableDocument;
import dev.yumen.config.EditableDocument.Lines;
import dev.yumen.config.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Problems of one object that was sent: they say where they are in it, not in a document. */
final class ObjectProblems {
  private ObjectProblems() {}

  /**
   * All problems, those of the object by their place in it.
   *
   * @param written the document that they are of, as it is written; null when there is none
   */
  static List<Map<String, Object>> all(
      List<Map<String, Object>> problems,
      @Nullable EditableDocument written,
      Section section,
      String name) {
    Lines lines = written == null ? null : written.lines(section, name);
    return problems.stream()
        .map(one -> isInside(one, lines) ? ofObject(one, section, name) : one)
        .toList();
  }

  /** Those of the object alone. */
  static List<Map<String, Object>> inside(
      List<Map<String, Object>> problems, EditableDocument written, Section section, String name) {
    Lines lines = written.lines(section, name);
    List<Map<String, Object>> told = new ArrayList<>();
    for (Map<String, Object> one : problems) {
      if (isInside(one, lines)) {
        told.add(ofObject(one, section, name));
      }
    }
    return told;
  }

  private static boolean isInside(Map<String, Object> problem, @Nullable Lines lines) {
    return lines != null && problem.get("line") instanceof Integer line && lines.has(line);
  }

  private static Map<String, Object> ofObject(
      Map<String, Object> problem, Section section, String name) {
    String prefix = "^" + section.key() + "(\\[\\d+]|\\.\\Q" + name.replace("\\E", "") + "\\E)\\.?";
    Map<String, Object> own = new LinkedHashMap<>(problem);
    String path = String.valueOf(problem.get("path")).replaceFirst(prefix, "");
    own.put("path", path);
    own.put("pointer", Answers.pointer(path));
    own.remove("line");
    own.remove("column");
    own.put("file", "body");
    return own;
  }
}
