package dev.yumen.config;

import dev.yumen.api.FilterType;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.SourceFiles.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads configurations. Never throws, whatever the input: everything wrong is a {@link Problem}.
 * Any thread, also several at once; blocks on files.
 *
 * <p>Steps, each in its own class: files → nodes ({@link NodeParser}) → with their includes ({@link
 * Includes}, {@link Merge}) → under an overlay → values filled in ({@link Substitution}) →
 * variables that win ({@link Variables}) → records ({@link Binder}) and what must hold between them
 * ({@link CrossChecks}).
 */
public final class ConfigReader {
  private static final int MOST_DOT_ENV = 1 << 20;

  private final Shapes shapes;
  private final IdentityHashMap<Setting, Object> defaults;
  private final Map<String, String> environment;
  private final Remembered remembered = new Remembered();

  /**
   * @param filters the catalogue: every kind of filter by its name
   * @param environment variables, as {@link System#getenv()} gives them
   * @throws IllegalArgumentException when the settings of a filter are of a kind that can not be
   *     read, or a default does not fit: a mistake in the program
   */
  public ConfigReader(Map<String, FilterType<?>> filters, Map<String, String> environment) {
    this.shapes = new Shapes(filters);
    this.defaults = Binder.defaults(shapes);
    this.environment = Map.copyOf(environment);
  }

  /** Hides secrets in documents that this reads; each has marks of its own. */
  public HiddenSecrets hiddenSecrets() {
    return new HiddenSecrets(shapes);
  }

  /** Finds what objects of documents that this reads take from outside. */
  public OutsideReferences outsideReferences() {
    return new OutsideReferences(shapes);
  }

  /** The JSON Schema of what is read: see {@link JsonSchema}. */
  public String schema() {
    return new JsonSchema(shapes).render();
  }

  /**
   * Reads a file with everything that belongs to it, or every YAML and JSON file of a folder in the
   * order of their names.
   */
  public LoadedConfig read(Path main) {
    return read(main, null);
  }

  /**
   * Reads the same together with what a source holds, which stands beside the files as one more
   * file would: it adds routes, upstreams and so on, and nothing may be written in both.
   *
   * @param sourced null for the files alone
   */
  public LoadedConfig read(Path main, @Nullable Sourced sourced) {
    Reading reading = reading(main);
    return reading.finish(reading.root(main, sourced));
  }

  /**
   * Reads only what belongs to the process and stands in the files alone: {@code source}, {@code
   * runtime} and the like. The rest of the configuration is empty and none of its problems are
   * told.
   */
  public LoadedConfig readOwn(Path main) {
    Reading reading = reading(main);
    Mapping root = reading.root(main, null);
    return reading.finish(root == null ? null : BesideFiles.own(root));
  }

  /**
   * Reads the same files, but gives what is written in them: everything in one text, with no value
   * filled in. Reading that text gives the same configuration.
   *
   * @return null when there is nothing that could be written so, as when the files are no YAML
   */
  public @Nullable ConfigDocument document(Path main) {
    return document(main, null);
  }

  /** The same together with what a source holds. */
  public @Nullable ConfigDocument document(Path main, @Nullable Sourced sourced) {
    Reading reading = reading(main);
    Mapping root = reading.root(main, sourced);
    if (root == null) {
      return null;
    }
    String yaml = YamlText.of(root);
    return yaml == null
        ? null
        : new ConfigDocument(reading.files.hash(), yaml, reading.stateFolder(root));
  }

  private Reading reading(Path main) {
    Path parent = main.toAbsolutePath().normalize().getParent();
    return new Reading(Files.isDirectory(main) || parent == null ? main : parent);
  }

  /**
   * Reads text that is at hand, with its includes and the {@code .env} file of the folder but
   * without an overlay.
   *
   * @param name how the text is called in messages
   * @param folder that relative names count from
   */
  public LoadedConfig readText(String name, String yaml, Path folder) {
    Reading reading = new Reading(folder);
    Source source = reading.files.source(name);
    SourceText text = reading.files.configuration(source, yaml.getBytes(StandardCharsets.UTF_8));
    List<Mapping> parts = text == null ? List.of() : reading.includes.read(text);
    return reading.finish(reading.together(parts));
  }

  /** One read. */
  private final class Reading {
    private final Problems problems = new Problems();
    private final SourceFiles files;
    private final Map<String, String> variables;
    private final Substitution substitution;
    private final Includes includes;

    /** What the source wrote itself; null when that is not known. */
    private YamlText.@Nullable Written sourced;

    Reading(Path folder) {
      files = new SourceFiles(folder.toAbsolutePath().normalize(), problems);
      variables = variables();
      substitution = new Substitution(variables, files);
      includes = new Includes(files, substitution, problems);
    }

    /** The environment over what {@code .env} says. */
    private Map<String, String> variables() {
      Map<String, String> all = new HashMap<>();
      Path file = files.folder().resolve(".env");
      if (Files.exists(file)) {
        Source source = files.source(".env");
        try {
          String text = files.decode(source, files.bytes(file, MOST_DOT_ENV));
          if (text != null) {
            all.putAll(DotEnv.parse(new SourceText(source, text), problems));
          }
        } catch (IOException e) {
          unreadable(".env", e);
        }
      }
      all.putAll(environment);
      return all;
    }

    /** Everything that is written, before values are filled in; null when nothing can be read. */
    @Nullable Mapping root(Path main, @Nullable Sourced sourced) {
      boolean folder = Files.isDirectory(main);
      List<Mapping> parts = folder ? folder() : includes.read(main);
      Mapping base = together(parts);
      Mapping all = base == null ? null : overlaid(base, main, folder);
      if (all == null || sourced == null) {
        return all;
      }
      this.sourced = sourced.written();
      Mapping more = new BesideFiles(files, problems).read(sourced);
      return more == null ? all : together(List.of(all, more));
    }

    /** Where {@code runtime.state} leads, whatever else is wrong; null when it is not written. */
    @Nullable Path stateFolder(Mapping root) {
      if (root.get("runtime") instanceof Mapping runtime
          && runtime.get("state") instanceof Scalar state
          && !state.isNull()) {
        try {
          return files.folder().resolve(text(state));
        } catch (InvalidPathException _) {
          return null;
        }
      }
      return null;
    }

    private List<Mapping> folder() {
      List<Mapping> parts = new ArrayList<>();
      Listing listing = new Listing(files.folder(), "*.{yaml,yml,json}", 1);
      files.list(listing);
      try {
        List<Path> inside = listing.files();
        if (inside.isEmpty()) {
          String name = files.folder().toString();
          problems.error(null, "", name + " has no file *.yaml, *.yml or *.json");
        }
        inside.forEach(file -> parts.addAll(includes.read(file)));
      } catch (IOException | UncheckedIOException e) {
        unreadable(files.folder().toString(), e);
      }
      return parts;
    }

    private void unreadable(String name, Exception e) {
      problems.error(null, "", name + " can not be read: " + SourceFiles.reason(e));
    }

    @Nullable Mapping together(List<Mapping> parts) {
      return parts.isEmpty() ? null : new Merge(shapes.top(), problems).together(parts);
    }

    private Mapping overlaid(Mapping base, Path main, boolean folder) {
      String name = Variables.get(variables, "API_GATEWAY_ENV");
      if (name == null) {
        return base;
      }
      if (folder || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
        String expected = folder ? "a file, not a folder, to lay it over" : "a name such as prod";
        problems.error(
            null, "API_GATEWAY_ENV", Text.quoted(name) + " (expected: " + expected + ")");
        return base;
      }
      String file = String.valueOf(main.getFileName());
      int dot = file.lastIndexOf('.') < 0 ? file.length() : file.lastIndexOf('.');
      String overlay = file.substring(0, dot) + "-" + name + file.substring(dot);
      Path path = files.folder().resolve(overlay);
      if (!Files.exists(path)) {
        files.touch(path);
        problems.warning(null, At.TOP.key("API_GATEWAY_ENV"), "there is no file " + overlay);
        return base;
      }
      Mapping upper = together(includes.read(path));
      return upper == null ? base : Merge.over(base, upper, this::text);
    }

    /** A scalar's text with variables filled in; what is wrong with it is reported elsewhere. */
    private String text(Scalar scalar) {
      return substitution.fill(scalar, At.TOP, new Problems()).text();
    }

    LoadedConfig finish(@Nullable Mapping root) {
      GatewayConfig config = null;
      Partial partial = null;
      Positions positions = Positions.NONE;
      if (root != null) {
        Mapping filled = (Mapping) substitution.fill(root, At.TOP, problems);
        Mapping last = new Variables(variables, files, problems).apply(filled);
        InputFiles inputs = new InputFiles(files);
        Remembered.Items items = remembered.items();
        Binder binder = new Binder(shapes, inputs, defaults, items, problems);
        config = binder.bind(last);
        items.keep();
        new CrossChecks(last, binder.upstreams(), shapes, problems).check(files.complete());
        positions = new Positions(last);
        if (problems.hasErrors()) {
          Binder again = new Binder(shapes, inputs, defaults, new Problems());
          partial = new Salvage(last, shapes, again).partial(files.complete());
        }
      }
      return new LoadedConfig(
          problems.hasErrors() ? null : config,
          partial,
          config == null ? Map.of() : new IssuedFiles(config, files, problems).read(),
          problems.sorted(),
          positions,
          files.touched(),
          files.listings(),
          files.folder(),
          files.hash(),
          root == null ? null : new WrittenText(root, sourced));
    }
  }
}
