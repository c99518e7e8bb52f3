package dev.yumen.config;

import dev.yumen.api.FilterType;
import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.SourceFiles.SourceText;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Puts marks in place of the secrets that are written in a document, and the secrets back in place
 * of the marks, so that a document can be shown, edited and written again by somebody who must not
 * see them. A reference such as {@code ${file:…}} is no secret and stays. In mappings with free
 * keys, such as those of headers, an entry is a secret when its name is one ({@link SecretNames}).
 *
 * <p>A mark is a keyed digest of its secret; the key is made up anew in each process and says
 * nothing about the secret to anybody else. Any thread.
 */
public final class HiddenSecrets {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int DIGEST_BYTES = 8;
  private static final Pattern MARK = Pattern.compile("([\"']?)\\(hidden:([0-9a-f]{16})\\)\\1");
  private static final Pattern ONLY_REFERENCES =
      Pattern.compile("(\\$\\{[A-Z_][A-Z0-9_]*}|\\$\\{file:[^}]+})+");
  private static final Pattern USER_OF_ADDRESS = Pattern.compile("://[^/@\\s]*:[^/@\\s]*@");

  private final Shapes shapes;
  private final Set<ValueType> objects;
  private final SecretKeySpec key;

  HiddenSecrets(Shapes shapes) {
    this.shapes = shapes;
    this.objects =
        shapes.top().settings().stream()
            .map(Setting::type)
            .filter(MapOf.class::isInstance)
            .collect(Collectors.toUnmodifiableSet());
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, ALGORITHM);
  }

  /**
   * A text with marks.
   *
   * @param text a document of settings; when it is none, nothing of it is given
   */
  public String hide(String text) {
    Map<Scalar, String> secrets = secrets(text);
    if (secrets == null) {
      return "# what is written here can not be read, so it is not shown\n";
    }
    String shown = text;
    for (Map.Entry<Scalar, String> secret : byPlaceLastFirst(secrets)) {
      String next = inPlace(shown, secret.getKey(), secret.getValue());
      if (next == null) {
        return written(text, secrets);
      }
      shown = next;
    }
    return shown;
  }

  /** A document with marks. */
  public EditableDocument hide(EditableDocument document) {
    Map<Scalar, String> secrets = new LinkedHashMap<>();
    find(document.root(), new ValueType.Section(GatewayConfig.class), false, secrets);
    return secrets.isEmpty() ? document : document.with((Mapping) marked(document.root(), secrets));
  }

  /**
   * A text with the secrets in place of the marks.
   *
   * @param before a document whose marks may be used
   * @return the text; marks that are not known stay
   */
  public String restore(String text, String before) {
    Matcher marks = MARK.matcher(text);
    if (!marks.find()) {
      return text;
    }
    Map<String, String> known = new LinkedHashMap<>();
    Map<Scalar, String> secrets = secrets(before);
    if (secrets != null) {
      secrets.forEach((secret, mark) -> known.put(mark, secret.text()));
    }
    return marks
        .reset()
        .replaceAll(
            found -> {
              String secret = known.get("(hidden:" + found.group(2) + ")");
              return Matcher.quoteReplacement(
                  secret == null ? found.group() : YamlText.quotedText(secret));
            });
  }

  /** Marks in a text that stand for nothing known any more. */
  public static List<String> marks(String text) {
    return MARK.matcher(text).results().map(found -> found.group()).distinct().toList();
  }

  /** Every secret that is written in a text, with its mark; null when it can not be read. */
  private @Nullable Map<Scalar, String> secrets(String text) {
    Node root = parse(text);
    if (root == null) {
      return null;
    }
    Map<Scalar, String> found = new LinkedHashMap<>();
    find(root, new ValueType.Section(GatewayConfig.class), false, found);
    return found;
  }

  private static @Nullable Node parse(String text) {
    Problems problems = new Problems();
    SourceFiles files = new SourceFiles(Path.of(""), problems);
    SourceText source =
        files.configuration(files.source("text"), text.getBytes(StandardCharsets.UTF_8));
    Node root = source == null ? null : NodeParser.parse(source, problems);
    return problems.hasErrors() ? null : root;
  }

  // ---- finding ----

  /**
   * @param type null where it is not known what stands there
   */
  private void find(
      Node node, @Nullable ValueType type, boolean secret, Map<Scalar, String> found) {
    switch (node) {
      case Scalar scalar ->
          take(scalar, (secret && !isFlag(scalar, type)) || isSecretShorthand(type), found);
      case Sequence sequence -> {
        ValueType element = type instanceof ListOf list ? list.element() : type;
        sequence.items().forEach(item -> find(item, element, secret, found));
      }
      case Mapping mapping -> inside(mapping, single(type), secret, found);
    }
  }

  /** A list with one item may be written without brackets. */
  private static @Nullable ValueType single(@Nullable ValueType type) {
    return type instanceof ListOf list ? list.element() : type;
  }

  private void inside(
      Mapping mapping, @Nullable ValueType type, boolean secret, Map<Scalar, String> found) {
    for (Entry entry : mapping.entries()) {
      ValueType inner = null;
      boolean hidden = secret || (isFree(type) && SecretNames.has(entry.key()));
      if (type instanceof ValueType.Section section) {
        Shape shape = shapes.of(section.type());
        int index = shape.indexOf(entry.key());
        if (index >= 0) {
          Setting setting = shape.settings().get(index);
          inner = setting.type();
          hidden |= setting.secret();
        } else {
          hidden |= SecretNames.has(entry.key());
        }
      } else if (type instanceof MapOf map) {
        inner = map.value();
      } else if (type == Basic.FILTER) {
        FilterType<?> filter = shapes.filters().get(entry.key());
        inner = filter == null ? null : new ValueType.Section(filter.config());
      }
      find(entry.value(), inner, hidden, found);
    }
  }

  /** Whether keys are free there, but for those that are names of objects. */
  private boolean isFree(@Nullable ValueType type) {
    return type == null || (type instanceof MapOf && !objects.contains(type));
  }

  /** Such as {@code present: true}, which says nothing of a credential. */
  private static boolean isFlag(Scalar scalar, @Nullable ValueType type) {
    return type == Basic.FLAG && (scalar.text().equals("true") || scalar.text().equals("false"));
  }

  private boolean isSecretShorthand(@Nullable ValueType type) {
    if (!(single(type) instanceof ValueType.Section section)) {
      return false;
    }
    Setting shorthand = shapes.of(section.type()).shorthand();
    return shorthand != null && shorthand.secret();
  }

  private void take(Scalar scalar, boolean secret, Map<Scalar, String> found) {
    String text = scalar.text();
    boolean hides =
        secret && !scalar.isNull() && !text.isEmpty() && !ONLY_REFERENCES.matcher(text).matches();
    if (hides || USER_OF_ADDRESS.matcher(text).find()) {
      found.put(scalar, mark(text));
    }
  }

  private String mark(String secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] digest = mac.doFinal(secret.getBytes(StandardCharsets.UTF_8));
      return "(hidden:" + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES) + ")";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- putting marks ----

  private static List<Map.Entry<Scalar, String>> byPlaceLastFirst(Map<Scalar, String> secrets) {
    List<Map.Entry<Scalar, String>> all = new ArrayList<>(secrets.entrySet());
    all.sort(
        (a, b) -> {
          Place one = a.getKey().place();
          Place other = b.getKey().place();
          return one.line() != other.line()
              ? Integer.compare(other.line(), one.line())
              : Integer.compare(other.column(), one.column());
        });
    return all;
  }

  /** The text with a mark where the scalar stands; null when it is not written in one plain way. */
  private static @Nullable String inPlace(String text, Scalar scalar, String mark) {
    int start = offset(text, scalar.place());
    int end = start < 0 ? -1 : endOf(text, start, scalar);
    return end < 0 ? null : text.substring(0, start) + '"' + mark + '"' + text.substring(end);
  }

  private static int offset(String text, Place place) {
    int at = 0;
    for (int line = 1; line < place.line(); line++) {
      at = text.indexOf('\n', at) + 1;
      if (at == 0) {
        return -1;
      }
    }
    int lineEnd = text.indexOf('\n', at);
    int most = text.codePointCount(at, lineEnd < 0 ? text.length() : lineEnd);
    return place.column() - 1 > most ? -1 : text.offsetByCodePoints(at, place.column() - 1);
  }

  /** Where a scalar of one line ends that is written as its text says, in quotes or without. */
  private static int endOf(String text, int start, Scalar scalar) {
    if (scalar.origin() == Origin.PLAIN) {
      return text.startsWith(scalar.text(), start) ? start + scalar.text().length() : -1;
    }
    for (String quote : new String[] {"\"", "'"}) {
      String written = quote + scalar.text() + quote;
      boolean simple =
          scalar.text().indexOf(quote.charAt(0)) < 0 && scalar.text().indexOf('\\') < 0;
      if (simple && text.startsWith(written, start)) {
        return start + written.length();
      }
    }
    return -1;
  }

  /** The text written anew, with marks; its comments are lost. */
  private static String written(String text, Map<Scalar, String> secrets) {
    Node root = parse(text);
    if (!(root instanceof Mapping mapping)) {
      return "";
    }
    String written = YamlText.of((Mapping) marked(mapping, secrets));
    return written == null ? "" : written;
  }

  private static Node marked(Node node, Map<Scalar, String> secrets) {
    return switch (node) {
      case Scalar scalar -> {
        String mark = secrets.get(scalar);
        yield mark == null ? scalar : new Scalar(scalar.place(), mark, Origin.QUOTED);
      }
      case Sequence sequence ->
          new Sequence(
              sequence.place(),
              sequence.items().stream().map(item -> marked(item, secrets)).toList());
      case Mapping mapping ->
          new Mapping(
              mapping.place(),
              mapping.entries().stream()
                  .map(
                      entry ->
                          new Entry(entry.place(), entry.key(), marked(entry.value(), secrets)))
                  .toList());
    };
  }
}
