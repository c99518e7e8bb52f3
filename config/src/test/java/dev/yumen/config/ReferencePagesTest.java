package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReferencePagesTest {
  private final ReferencePages pages = new ReferencePages(TestFilters.CATALOGUE);
  private final String configuration = pages.configuration();

  @Test
  void everySettingHasARowWithADescription() {
    Shapes shapes = new Shapes(TestFilters.CATALOGUE);
    String all = configuration + pages.filters();
    for (Shape shape : shapes.all()) {
      for (Setting setting : shape.settings()) {
        assertTrue(!setting.description().isEmpty(), shape.type() + " " + setting.key());
        String row = "| `" + setting.key() + "` | ";
        assertTrue(
            all.lines().anyMatch(l -> l.startsWith(row) && l.endsWith("| " + end(setting))),
            shape.type() + " " + row + setting.description());
      }
    }
  }

  private static String end(Setting setting) {
    return setting.description().replace("|", "\\|") + " |";
  }

  @Test
  void everyLinkLeadsToASectionOfThePage() {
    List<String> links =
        Pattern.compile("\\]\\(#([^)]+)\\)")
            .matcher(configuration)
            .results()
            .map((MatchResult link) -> link.group(1))
            .toList();
    assertTrue(links.size() > 10, links.toString());
    for (String link : links) {
      assertTrue(configuration.contains("<a id=\"" + link + "\"></a>"), link);
    }
  }

  @Test
  void aRowSaysTypeAndDefault() {
    assertTrue(configuration.contains("| `algorithm` | `maglev`, `ring` | `maglev` | "));
    assertTrue(configuration.contains("| `id` | text | required | Unique name;"));
    assertTrue(configuration.contains("| `to` | one or a list of [route target](#route-target) |"));
    assertTrue(configuration.contains("| `via` | text | none |"));
    assertTrue(configuration.contains("## `upstreams.NAME.endpoints[]`"));
  }

  @Test
  void aFilterHasATableOfItsOwn() {
    assertEquals(
        """
        Removes the first segments of the path.
        A value that is not a mapping stands for `segments`.

        | Key | Type | Default | Description |
        |---|---|---|---|
        | `segments` | whole number | `1` | How many. |
        """,
        pages.filter("strip-prefix"));
    assertThrows(IllegalArgumentException.class, () -> pages.filter("none"));
  }
}
