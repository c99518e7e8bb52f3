package dev.yumen.app;

import dev.yumen.api.Response.Field;
import dev.yumen.app.Main.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command line of curl, as far as it says what is requested: what it says about how is passed
 * over. Nothing is read from files; a body that is in one has an unknown length.
 */
final class CurlLine {
  private static final Set<String> DATA =
      Set.of("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode");
  private static final Set<String> PASSED_OVER =
      Set.of(
          "-o",
          "--output",
          "--resolve",
          "--connect-to",
          "-m",
          "--max-time",
          "--connect-timeout",
          "-w",
          "--write-out",
          "--cacert",
          "--capath",
          "-E",
          "--cert",
          "--key",
          "-c",
          "--cookie-jar",
          "--retry",
          "--retry-delay",
          "-x",
          "--proxy",
          "--interface",
          "-D",
          "--dump-header",
          "--ciphers",
          "--tls-max",
          "--limit-rate",
          "-y",
          "-Y");
  private static final String LETTERS_WITH_VALUE = "XHdubAeomwEcxDyYFT";
  private static final String FLAGS =
      "--compressed --fail --fail-with-body --http1.0 --http1.1 --http2 --http3 --include"
          + " --insecure --location --no-buffer --no-progress-meter --path-as-is --show-error"
          + " --silent --verbose --globoff --tlsv1.2 --tlsv1.3 --ipv4 --ipv6";

  private final List<Field> fields = new ArrayList<>();
  private final StringBuilder body = new StringBuilder();
  private @Nullable String method;
  private @Nullable String url;
  private String contentType = "application/x-www-form-urlencoded";
  private boolean sendsBody;
  private boolean lengthKnown = true;
  private boolean dataInQuery;

  private CurlLine() {}

  /**
   * What a line asks for.
   *
   * @param words behind {@code curl}
   */
  static Asked read(List<String> words) {
    CurlLine line = new CurlLine();
    Iterator<String> rest = split(words).iterator();
    while (rest.hasNext()) {
      line.take(rest.next(), rest);
    }
    return line.asked();
  }

  /** A request that somebody asks for. */
  record Asked(String method, String url, List<Field> fields) {}

  /** A header as curl's {@code -H} takes it. */
  static Field field(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? "" : text.substring(0, colon).strip();
    if (name.isEmpty()) {
      throw new BadInput("header '" + text + "' (expected: 'Name: value')");
    }
    return new Field(name, text.substring(colon + 1).strip());
  }

  /** One word for each option and each value: {@code -sXPOST} is {@code -s -X POST}. */
  private static List<String> split(List<String> words) {
    List<String> all = new ArrayList<>();
    boolean value = false;
    for (String word : words) {
      boolean shorts = !value && word.length() > 2 && word.matches("-[A-Za-z].*");
      if (!shorts) {
        value = !value && takesValue(word);
        all.add(word);
        continue;
      }
      int at = 1;
      while (at < word.length() && LETTERS_WITH_VALUE.indexOf(word.charAt(at)) < 0) {
        all.add("-" + word.charAt(at++));
      }
      if (at < word.length()) {
        all.add("-" + word.charAt(at));
        value = at + 1 == word.length();
        if (!value) {
          all.add(word.substring(at + 1));
        }
      }
    }
    return all;
  }

  private static boolean takesValue(String word) {
    return (word.length() == 2
            && word.charAt(0) == '-'
            && LETTERS_WITH_VALUE.indexOf(word.charAt(1)) >= 0)
        || PASSED_OVER.contains(word)
        || DATA.contains(word)
        || Set.of(
                "--request",
                "--header",
                "--user",
                "--cookie",
                "--user-agent",
                "--referer",
                "--json",
                "--url",
                "--form")
            .contains(word);
  }

  private void take(String word, Iterator<String> rest) {
    if (!word.startsWith("-") || word.equals("-")) {
      url(word);
      return;
    }
    if (!takesValue(word)) {
      flag(word);
      return;
    }
    if (!rest.hasNext()) {
      throw new BadInput("curl " + word + " (expected: a value behind it)");
    }
    value(word, rest.next());
  }

  private void url(String text) {
    if (url != null) {
      throw new BadInput("curl: " + text + " (expected: one URL)");
    }
    url = text;
  }

  private void flag(String word) {
    switch (word) {
      case "-I", "--head" -> method = method == null ? "HEAD" : method;
      case "-G", "--get" -> dataInQuery = true;
      default -> {
        boolean known = word.length() == 2 || List.of(FLAGS.split(" ")).contains(word);
        if (!known) {
          throw new BadInput("curl " + word + " (expected: an option that says what is requested)");
        }
      }
    }
  }

  private void value(String word, String value) {
    switch (word) {
      case "-X", "--request" -> method = value;
      case "-H", "--header" -> header(value);
      case "-u", "--user" -> fields.add(new Field("Authorization", "Basic " + base64(value)));
      case "-b", "--cookie" -> {
        if (value.indexOf('=') < 0) {
          throw new BadInput("curl " + word + " (expected: name=value; files are not read)");
        }
        fields.add(new Field("Cookie", value));
      }
      case "-A", "--user-agent" -> fields.add(new Field("User-Agent", value));
      case "-e", "--referer" -> fields.add(new Field("Referer", value));
      case "--url" -> url(value);
      case "--json" -> {
        contentType = "application/json";
        data(value);
      }
      case "-F", "--form" -> {
        contentType = "multipart/form-data; boundary=boundary";
        sendsBody = true;
        lengthKnown = false;
      }
      default -> {
        if (DATA.contains(word)) {
          data(value);
        }
      }
    }
  }

  private void header(String text) {
    if (text.endsWith(";") && text.indexOf(':') < 0) {
      fields.add(new Field(text.substring(0, text.length() - 1), ""));
    } else {
      fields.add(field(text));
    }
  }

  private void data(String value) {
    sendsBody = true;
    lengthKnown &= !value.startsWith("@");
    body.append(body.isEmpty() ? "" : "&").append(value);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private Asked asked() {
    String to = url;
    if (to == null) {
      throw new BadInput("curl without a URL (expected: one, such as http://localhost:8080/)");
    }
    if (dataInQuery) {
      to = body.isEmpty() ? to : to + (to.indexOf('?') < 0 ? "?" : "&") + body;
      sendsBody = false;
    }
    List<Field> all = new ArrayList<>();
    addUnlessGiven(all, "User-Agent", "curl/8.0.0");
    addUnlessGiven(all, "Accept", "*/*");
    fields.stream().filter(field -> !field.value().isEmpty()).forEach(all::add);
    if (sendsBody) {
      addUnlessGiven(all, "Content-Type", contentType);
      if (lengthKnown) {
        int length = body.toString().getBytes(StandardCharsets.UTF_8).length;
        addUnlessGiven(all, "Content-Length", Integer.toString(length));
      } else {
        addUnlessGiven(all, "Transfer-Encoding", "chunked");
      }
    }
    String chosen = method == null ? (sendsBody ? "POST" : "GET") : method;
    return new Asked(chosen, to, all);
  }

  /** One that is given without a value is not sent at all, as with curl. */
  private void addUnlessGiven(List<Field> all, String name, String value) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (fields.stream().noneMatch(field -> field.name().toLowerCase(Locale.ROOT).equals(lower))) {
      all.add(new Field(name, value));
    }
  }
}
