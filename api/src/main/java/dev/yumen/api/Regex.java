package dev.yumen.api;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Compiles RE2 expressions of a configuration. RE2 matches in linear time, but an expression such
 * as {@code ((a{999}){999}){999}} compiles to a program of a billion steps, so its size is bounded
 * before.
 */
public final class Regex {
  private static final int LONGEST = 4_096;
  private static final int DEEPEST = 100;
  private static final int MOST_STEPS = 20_000;

  private Regex() {}

  /**
   * The compiled expression.
   *
   * @param component named when the expression is refused
   * @throws InvalidValue when it is no RE2 expression, or too large a one
   */
  public static Pattern compile(String component, String expression) {
    if (expression.length() > LONGEST || !new Size(expression).fits()) {
      throw new InvalidValue(component, expression, "a smaller RE2 expression");
    }
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new InvalidValue(component, expression, "an RE2 expression; " + e.getDescription());
    }
  }

  /** Estimates the steps of the compiled program, from above for every valid expression. */
  private static final class Size {
    private final String text;
    private final Deque<Long> outer = new ArrayDeque<>();
    private long steps;
    private long last;
    private int at;

    Size(String text) {
      this.text = text;
    }

    boolean fits() {
      while (at < text.length()) {
        char c = text.charAt(at++);
        switch (c) {
          case '(' -> {
            outer.push(steps);
            steps = 0;
          }
          case ')' -> {
            last = steps + 2;
            steps = last + (outer.isEmpty() ? 0 : outer.pop());
          }
          case '{' -> repeat();
          case '[' -> characterClass();
          case '\\' -> escape();
          default -> steps(1);
        }
        if (steps > MOST_STEPS || outer.size() > DEEPEST) {
          return false;
        }
      }
      return true;
    }

    private void steps(int count) {
      last = 1;
      steps += count;
    }

    private void escape() {
      if (text.startsWith("Q", at)) {
        int end = text.indexOf("\\E", at);
        int after = end < 0 ? text.length() : end + 2;
        steps(after - at);
        at = after;
        return;
      }
      int close = text.startsWith("{", at + 1) ? text.indexOf('}', at) : -1;
      boolean named = close > 0 && "xpP".indexOf(text.charAt(at)) >= 0;
      at = named ? close + 1 : at + 1;
      steps(1);
    }

    /** One step, whatever it holds; brackets and braces inside mean themselves. */
    private void characterClass() {
      at += text.startsWith("^", at) ? 1 : 0;
      at += text.startsWith("]", at) ? 1 : 0;
      while (at < text.length() && text.charAt(at) != ']') {
        int name = text.startsWith("[:", at) ? text.indexOf(":]", at + 2) : -1;
        if (name >= 0) {
          at = name + 2;
        } else {
          at += text.charAt(at) == '\\' ? 2 : 1;
        }
      }
      at++;
      steps(1);
    }

    /** {@code {n}}, {@code {n,}} or {@code {n,m}}; any other brace is a plain character. */
    private void repeat() {
      int close = text.indexOf('}', at);
      String inside = close < 0 ? "" : text.substring(at, close);
      if (!inside.matches("\\d{1,9}(,\\d{0,9})?")) {
        steps(1);
        return;
      }
      int comma = inside.indexOf(',');
      long least = Long.parseLong(comma < 0 ? inside : inside.substring(0, comma));
      boolean most = comma >= 0 && comma + 1 < inside.length();
      long times = most ? Long.parseLong(inside.substring(comma + 1)) : least + 1;
      long repeated = last * Math.max(1, times);
      steps += repeated - last;
      last = repeated;
      at = close + 1;
    }
  }
}
