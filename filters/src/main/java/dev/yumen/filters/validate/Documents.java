package dev.yumen.filters.validate;

import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * The files that a configuration gives for one filter, read. A reference leads to a place in one of
 * them and nowhere else: nothing is fetched, and no other file is opened.
 */
final class Documents {
  private static final int MOST_HOPS = 20;

  private final String component;
  private final Map<String, JsonNode> byName = new HashMap<>();

  /** A value and where it really stands. */
  record Found(Place place, JsonNode node) {}

  /**
   * @param component the setting that names the first file
   * @throws InvalidValue naming file and place, for what can not be read
   */
  Documents(String component, InputFile first, List<InputFile> more) {
    this.component = component;
    add(component, first);
    more.forEach(file -> add("files", file));
  }

  private void add(String setting, InputFile file) {
    byName.put(normal(file.name()), new DocumentReader(setting, file).read());
  }

  private static String normal(String name) {
    return Path.of(name).normalize().toString().replace('\\', '/');
  }

  static Place root(InputFile file) {
    return new Place(normal(file.name()), "");
  }

  /** The document of this name in normal form, or null. */
  @Nullable JsonNode document(String name) {
    return byName.get(name);
  }

  /** What stands there, behind whatever references; a missing node when there is nothing. */
  Found find(Place place) {
    Place at = place;
    for (int hop = 0; hop < MOST_HOPS; hop++) {
      JsonNode node = look(at);
      JsonNode reference = node.get("$ref");
      if (reference == null || !reference.isString()) {
        return new Found(at, node);
      }
      Place next = resolve(at, reference.stringValue());
      if (look(next).isMissingNode()) {
        throw wrong(at, "$ref \"" + reference.stringValue() + "\"", "a place that there is");
      }
      at = next;
    }
    throw wrong(place, "$ref in a circle", "a place that there is");
  }

  /** What stands there itself. */
  JsonNode look(Place place) {
    JsonNode document = byName.get(place.file());
    return document == null
        ? MissingNode.getInstance()
        : document.at(JsonPointer.compile(place.pointer()));
  }

  /** Where a reference leads that stands there (RFC 6901 §6, RFC 3986 §5). */
  private Place resolve(Place from, String reference) {
    int hash = reference.indexOf('#');
    String file = hash < 0 ? reference : reference.substring(0, hash);
    String pointer = hash < 0 ? "" : reference.substring(hash + 1);
    String target = file.isEmpty() ? from.file() : sibling(from, file);
    if (target == null || !byName.containsKey(target)) {
      throw wrong(
          from,
          "$ref \"" + reference + "\"",
          "a place in this document, or in one that stands under files");
    }
    if (!pointer.isEmpty() && !pointer.startsWith("/")) {
      throw wrong(from, "$ref \"" + reference + "\"", "a JSON Pointer behind #");
    }
    return new Place(
        target, URLDecoder.decode(pointer.replace("+", "%2B"), StandardCharsets.UTF_8));
  }

  private static @Nullable String sibling(Place from, String file) {
    try {
      return normal(Path.of(from.file()).resolveSibling(file).toString());
    } catch (InvalidPathException _) {
      return null;
    }
  }

  /** What is to be thrown for what stands there. */
  InvalidValue wrong(Place place, String found, String expected) {
    return InvalidValue.found(component, place + ": " + found, expected);
  }
}
