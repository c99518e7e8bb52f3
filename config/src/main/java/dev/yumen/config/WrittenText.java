package dev.yumen.config;

import dev.yumen.config.Node.Mapping;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as it is written: every file in one text, the overlay and what a source holds
 * included, before values are filled in from variables and files. So it holds no secret that those
 * do not hold themselves. Reading the text gives the same configuration. Any thread.
 */
public final class WrittenText {
  private final Mapping root;
  private final YamlText.@Nullable Written source;

  /**
   * @param source what a source wrote of it; null when that is not known
   */
  WrittenText(Mapping root, YamlText.@Nullable Written source) {
    this.root = root;
    this.source = source;
  }

  /** The text, made anew each time; null when it would be unreasonably large. */
  public @Nullable String yaml() {
    return YamlText.of(root, source);
  }
}
