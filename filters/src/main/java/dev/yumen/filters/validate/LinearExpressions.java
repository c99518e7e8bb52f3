package dev.yumen.filters.validate;

import com.google.re2j.Pattern;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import dev.yumen.api.Regex;

/**
 * Expressions of schemas, run by RE2: in linear time, whatever clients send. What RE2 does not know
 * (look-around, references back) is refused when the schema is read.
 */
final class LinearExpressions implements RegularExpressionFactory {

  @Override
  public RegularExpression getRegularExpression(String expression) {
    Pattern pattern = Regex.compile("", ecmaScript(expression));
    return text -> pattern.matcher(text).find();
  }

  /**
   * As RE2 writes what ECMA-262 writes otherwise: {@code $} is the end alone in both, {@code \d}
   * and its kin are ASCII in both, but a character by number and a slash with a backslash are not.
   */
  private static String ecmaScript(String expression) {
    StringBuilder out = new StringBuilder(expression.length() + 8);
    int at = 0;
    while (at < expression.length()) {
      char c = expression.charAt(at);
      if (c != '\\' || at + 1 == expression.length()) {
        out.append(c);
        at++;
        continue;
      }
      char next = expression.charAt(at + 1);
      if (next == 'u' && at + 6 <= expression.length()) {
        out.append("\\x{").append(expression, at + 2, at + 6).append('}');
        at += 6;
      } else {
        out.append(next == '/' ? "/" : "\\" + next);
        at += 2;
      }
    }
    return out.toString();
  }
}
