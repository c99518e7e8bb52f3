package dev.yumen.filters.mask;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Regex;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hides what is personal in a text or in JSON. Whatever holds bodies or values for longer than a
 * request, as a log does, can use it. Immutable; any thread.
 */
public final class Masking {
  private static final int MOST_RULES = 64;

  private final List<Form> forms = new ArrayList<>();
  private final JsonMasking json;
  private final char mask;

  /** No expressions: most texts are passed over at one look. */
  private final boolean kindsAlone;

  /** A rule that goes by the form of what it hides. */
  private record Form(Finder finder, MaskRule rule) {}

  /**
   * @param rules applied one after the other
   * @param mask what stands for every hidden character
   */
  public Masking(List<MaskRule> rules, char mask) {
    if (rules.size() > MOST_RULES) {
      throw InvalidValue.found("rules", rules.size() + " rules", "at most " + MOST_RULES);
    }
    this.mask = mask;
    List<MaskRule> places = new ArrayList<>();
    for (MaskRule rule : rules) {
      if (rule.pattern() != null) {
        forms.add(new Form(rule.pattern(), rule));
      } else if (rule.expression() != null) {
        forms.add(new Form(expression(rule.expression()), rule));
      } else {
        places.add(rule);
      }
    }
    kindsAlone = forms.stream().allMatch(form -> form.finder instanceof Sensitive);
    json = new JsonMasking(places, this);
  }

  /** Hides every one of these kinds whole. */
  public static Masking of(List<Sensitive> kinds) {
    return new Masking(
        kinds.stream().map(kind -> new MaskRule(null, kind, null, 0, 0)).toList(), '*');
  }

  private static Finder expression(String text) {
    Pattern pattern = Regex.compile("expression", text);
    return (in, from) -> {
      Matcher matcher = pattern.matcher(in);
      int at = from;
      while (at <= in.length() && matcher.find(at)) {
        if (matcher.end() > matcher.start()) {
          return new Finder.Span(matcher.start(), matcher.end());
        }
        at = matcher.end() + 1;
      }
      return null;
    };
  }

  /** The text with what is known by its form hidden; the same string when there is nothing. */
  public String text(String text) {
    if (kindsAlone && !Sensitive.mayStandIn(text)) {
      return text;
    }
    String result = text;
    for (Form form : forms) {
      result = hide(result, form);
    }
    return result;
  }

  /**
   * The same for a path or a query: a part of it whose percent-encoding hides something is shown
   * decoded, and masked.
   */
  public String encoded(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text(text);
    }
    StringBuilder out = new StringBuilder(text.length());
    for (String part : text.split("&", -1)) {
      out.append(out.isEmpty() ? "" : "&").append(part(part));
    }
    return out.toString();
  }

  private String part(String part) {
    String shown = text(part);
    try {
      String decoded = URLDecoder.decode(part, StandardCharsets.UTF_8);
      String masked = text(decoded);
      return masked.equals(decoded) ? shown : masked.replace("&", "%26");
    } catch (IllegalArgumentException _) {
      return shown;
    }
  }

  private String hide(String text, Form form) {
    Finder.Span span = form.finder.next(text, 0);
    if (span == null) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (span != null) {
      String value = text.substring(span.start(), span.end());
      out.append(text, copied, span.start()).append(form.rule.hide(value, mask));
      copied = span.end();
      span = form.finder.next(text, copied);
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** A value that a place is hidden by. */
  String value(String value, MaskRule rule) {
    return rule.hide(value, mask);
  }

  /**
   * The JSON with what is to be hidden hidden: by its place, or by the form of strings, numbers and
   * names. A number becomes a string then.
   *
   * @return null when it is no JSON
   */
  public byte @Nullable [] json(byte[] text) {
    return json.apply(text);
  }
}
