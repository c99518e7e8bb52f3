package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.SourceFiles.SourceText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a source holds beside the files. It must not decide what belongs to the process: who
 * may administer it, where its state lies, and which source that is.
 */
final class BesideFiles {
  private static final Set<String> OWN =
      Set.of("source", "admin", "history", "management", "runtime");

  private final SourceFiles files;
  private final Problems problems;

  BesideFiles(SourceFiles files, Problems problems) {
    this.files = files;
    this.problems = problems;
  }

  /** Those settings of the files that belong to the process. */
  static Mapping own(Mapping root) {
    return new Mapping(
        root.place(), root.entries().stream().filter(entry -> OWN.contains(entry.key())).toList());
  }

  /** Its settings, or null when it can not be read; a problem then says so. */
  @Nullable Mapping read(Sourced sourced) {
    Source source = files.source(sourced.name());
    SourceText text = files.configuration(source, sourced.text().getBytes(StandardCharsets.UTF_8));
    Node known = text == null ? null : sourced.root();
    Node root = text == null || known != null ? known : NodeParser.parse(text, problems);
    if (root == null) {
      files.incomplete();
      return null;
    }
    if (Node.absent(root)) {
      return new Mapping(root.place(), List.of());
    }
    if (!(root instanceof Mapping mapping)) {
      problems.error(root.place(), At.TOP, root.kind() + " (expected: a mapping of settings)");
      return null;
    }
    List<Entry> allowed = new ArrayList<>();
    for (Entry entry : mapping.entries()) {
      if (OWN.contains(entry.key()) || entry.key().equals(Includes.KEY)) {
        problems.error(
            entry.place(),
            At.TOP.key(entry.key()),
            "is not for a source (expected: in the file that the gateway is started with)");
      } else {
        allowed.add(entry);
      }
    }
    return new Mapping(mapping.place(), List.copyOf(allowed));
  }
}
