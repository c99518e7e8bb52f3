package dev.yumen.app;

import dev.yumen.api.Response.Field;
import dev.yumen.app.Main.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that a browser has recorded (HTTP Archive 1.2, {@code log.entries[].request}). */
final class HarFile {
  private static final long LARGEST = 256L << 20;

  private HarFile() {}

  /**
   * One of them.
   *
   * @param number counted from 1
   */
  static CurlLine.Asked entry(Path file, int number) {
    JsonNode entries = read(file).path("log").path("entries");
    if (entries.isEmpty()) {
      throw new BadInput(file + ": no requests (expected: an HTTP archive, with log.entries)");
    }
    if (number < 1 || number > entries.size()) {
      throw new BadInput(file + ": entry " + number + " (expected: 1 to " + entries.size() + ")");
    }
    JsonNode request = entries.get(number - 1).path("request");
    String url = request.path("url").asString("");
    if (url.isEmpty()) {
      throw new BadInput(file + ": entry " + number + " (expected: a request with a url)");
    }
    List<Field> fields = new ArrayList<>();
    for (JsonNode header : request.path("headers")) {
      String name = header.path("name").asString("");
      if (!name.isEmpty() && !name.startsWith(":")) {
        fields.add(new Field(name, header.path("value").asString("")));
      }
    }
    return new CurlLine.Asked(request.path("method").asString("GET"), url, fields);
  }

  /** Without the names of the library's own methods. */
  private static String said(JacksonException e) {
    return Told.line(String.valueOf(e.getOriginalMessage()).replaceAll(", from `[^`]*`", ""));
  }

  private static JsonNode read(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new BadInput(file + " (expected: at most " + LARGEST + " bytes)");
      }
      return new JsonMapper().readTree(Files.readString(file));
    } catch (IOException e) {
      throw new BadInput(
          "%s can not be read: %s (expected: an HTTP archive)"
              .formatted(file, ReadableFile.why(file, e)));
    } catch (JacksonException e) {
      throw new BadInput(file + " is no JSON: " + said(e) + " (expected: an HTTP archive)");
    }
  }
}
