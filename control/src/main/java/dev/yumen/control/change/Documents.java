package dev.yumen.control.change;

import dev.yumen.config.ConfigDocument;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Sourced;
import dev.yumen.config.WrittenText;
import dev.yumen.control.history.Written;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The configuration as it is written now: the files, and what a source holds beside them. */
public final class Documents {
  private final Path main;
  private final ConfigReader reader;
  private volatile @Nullable Sourced sourced;
  private volatile @Nullable FromHistory fromHistory;

  /** One that was read from the history, with its text. */
  private record FromHistory(LoadedConfig loaded, Written written) {}

  /**
   * @param main the configuration's file or folder
   */
  public Documents(Path main, ConfigReader reader) {
    this.main = main;
    this.reader = reader;
  }

  Path main() {
    return main;
  }

  /** What the source held when it was looked at last; null without a source, or before. */
  public @Nullable Sourced sourced() {
    return sourced;
  }

  /** Takes note of what the source holds. */
  public void sourced(@Nullable Sourced now) {
    sourced = now;
  }

  /** Reads all of it. */
  public LoadedConfig read() {
    return reader.read(main, sourced);
  }

  /** Reads all of it with another text in the source. */
  LoadedConfig readWith(Sourced other) {
    return reader.read(main, other);
  }

  /** What may be written: a JSON Schema. */
  public String schema() {
    return reader.schema();
  }

  /**
   * Reads a text as one that lies where the configuration lies.
   *
   * @param name how it is called in messages
   */
  public LoadedConfig readText(String name, String yaml, Path folder) {
    return reader.readText(name, yaml, folder);
  }

  /** The same with a version of the history, which {@link #written} then knows. */
  LoadedConfig readVersion(String name, Written written, Path folder) {
    LoadedConfig loaded = reader.readText(name, written.yaml(), folder);
    fromHistory = new FromHistory(loaded, written);
    return loaded;
  }

  /** What is written in the files alone, in one text; null when they can not be read. */
  public @Nullable String filesAlone() {
    return text(null);
  }

  /** The same together with what a source holds. */
  @Nullable String text(@Nullable Sourced held) {
    ConfigDocument document = reader.document(main, held);
    return document == null ? null : document.yaml();
  }

  /**
   * What was written of a configuration that was read here last, beside what the source holds now.
   *
   * @return makes it, which takes a while, once; any thread. Gives null when there is nothing that
   *     could be written
   */
  @SuppressWarnings("ReferenceEquality") // that very one, whatever another is equal to
  public Supplier<@Nullable Written> written(LoadedConfig loaded) {
    FromHistory known = fromHistory;
    if (known != null && known.loaded() == loaded) {
      return known::written;
    }
    Sourced held = sourced;
    WrittenText text = loaded.written();
    return () -> {
      String yaml = text == null ? null : text.yaml();
      return yaml == null ? null : new Written(yaml, held == null ? null : held.text());
    };
  }
}
