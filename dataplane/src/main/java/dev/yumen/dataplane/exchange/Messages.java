package dev.yumen.dataplane.exchange;

import dev.yumen.api.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Texts of failures by language: one file {@code messages/<language>.properties} each, listed in
 * {@code messages/languages}. Another language is another file and a line in that list; the build
 * fails when a file lacks a code.
 */
final class Messages {
  private static final String FOLDER = "/dev/yumen/dataplane/messages/";
  private static final int LONGEST_HEADER = 1000;

  private final List<String> languages;
  private final Map<String, Properties> texts;

  private Messages(List<String> languages, Map<String, Properties> texts) {
    this.languages = List.copyOf(languages);
    this.texts = Map.copyOf(texts);
  }

  static Messages load() {
    List<String> languages =
        read("languages").lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    Map<String, Properties> texts = new HashMap<>();
    for (String language : languages) {
      texts.put(language, properties(language + ".properties"));
    }
    return new Messages(languages, texts);
  }

  private static String read(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Properties properties(String name) {
    Properties properties = new Properties();
    try (InputStreamReader in = new InputStreamReader(open(name), StandardCharsets.UTF_8)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  private static InputStream open(String name) {
    InputStream in = Messages.class.getResourceAsStream(FOLDER + name);
    if (in == null) {
      throw new IllegalStateException("missing from the program: " + FOLDER + name);
    }
    return in;
  }

  /** Languages that texts exist in, the first is used when the client asks for no other. */
  List<String> languages() {
    return languages;
  }

  String title(FailureCode code, String language) {
    return text(code, language, ".title");
  }

  String detail(FailureCode code, String language) {
    return text(code, language, ".detail");
  }

  private String text(FailureCode code, String language, String part) {
    String text = texts.getOrDefault(language, new Properties()).getProperty(code + part);
    if (text == null) {
      throw new IllegalStateException("no text for " + code + part + " in " + language);
    }
    return text;
  }

  /**
   * The language to answer in: the first of the client's preferences (RFC 9110 §12.5.4) that there
   * is; {@code zh-CN} is satisfied by {@code zh}.
   */
  String choose(@Nullable String acceptLanguage) {
    if (acceptLanguage == null || acceptLanguage.length() > LONGEST_HEADER) {
      return languages.getFirst();
    }
    record Wish(String range, double quality) {}
    List<Wish> wishes = new ArrayList<>();
    for (String part : acceptLanguage.split(",", 32)) {
      String[] pieces = part.split(";", 2);
      double quality = pieces.length == 1 ? 1 : quality(pieces[1]);
      if (quality > 0) {
        wishes.add(new Wish(pieces[0].strip().toLowerCase(Locale.ROOT), quality));
      }
    }
    wishes.sort(Comparator.comparingDouble(Wish::quality).reversed());
    for (Wish wish : wishes) {
      for (String language : languages) {
        if (wish.range().equals(language) || wish.range().startsWith(language + "-")) {
          return language;
        }
      }
    }
    return languages.getFirst();
  }

  private static double quality(String parameter) {
    String text = parameter.strip();
    if (!text.startsWith("q=")) {
      return 1;
    }
    try {
      return Double.parseDouble(text.substring(2).strip());
    } catch (NumberFormatException _) {
      return 0;
    }
  }
}
