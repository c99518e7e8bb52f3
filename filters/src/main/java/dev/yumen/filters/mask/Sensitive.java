package dev.yumen.filters.mask;

import org.jspecify.annotations.Nullable;

/** Kinds of personal data that are known by their form. */
public enum Sensitive implements Finder {
  /** Chinese resident identity numbers of 18 characters, with date and check digit (GB 11643). */
  ID_CARD {
    @Override
    public @Nullable Span next(String text, int from) {
      for (int at = from; at + 18 <= text.length(); at++) {
        if (startsNumber(text, at) && isIdCard(text, at)) {
          return new Span(at, at + 18);
        }
      }
      return null;
    }
  },

  /** Mobile numbers of mainland China, with or without 86 in front. */
  PHONE {
    @Override
    public @Nullable Span next(String text, int from) {
      for (int at = from; at + 11 <= text.length(); at++) {
        if (!startsNumber(text, at)) {
          continue;
        }
        for (String prefix : PREFIXES) {
          int start = text.startsWith(prefix, at) ? separated(text, at + prefix.length()) : -1;
          int end = start < 0 ? -1 : phoneEnd(text, prefix.isEmpty() ? at : start);
          if (end > 0) {
            return new Span(prefix.isEmpty() ? at : start, end);
          }
        }
      }
      return null;
    }
  },

  /** Numbers of bank cards: 13 to 19 digits with the check digit of ISO/IEC 7812-1. */
  BANK_CARD {
    @Override
    public @Nullable Span next(String text, int from) {
      for (int at = from; at + SHORTEST_CARD <= text.length(); at++) {
        int end = startsNumber(text, at) ? cardEnd(text, at) : -1;
        if (end > 0) {
          return new Span(at, end);
        }
      }
      return null;
    }
  },

  /** Addresses of mail; the part behind the {@code @} stays. */
  EMAIL {
    @Override
    public @Nullable Span next(String text, int from) {
      int at = text.indexOf('@', from);
      while (at >= 0) {
        int start = at;
        while (start > from && isLocal(text.charAt(start - 1))) {
          start--;
        }
        if (start < at && isDomain(text, at + 1)) {
          return new Span(start, at);
        }
        at = text.indexOf('@', at + 1);
      }
      return null;
    }
  };

  /** Of a phone number. */
  private static final int FEWEST_DIGITS = 11;

  private static final int SHORTEST_CARD = 13;
  private static final int LONGEST_CARD = 19;
  private static final String[] PREFIXES = {"", "86", "0086"};
  private static final int[] WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  private static final String CHECKS = "10X98765432";

  /** Whether any kind could be found: false for most texts, after one look at each character. */
  static boolean mayStandIn(String text) {
    int digits = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '@') {
        return true;
      }
      if (c >= '0' && c <= '9' && ++digits == FEWEST_DIGITS) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDigit(String text, int at) {
    return at >= 0 && at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  /** Whether a number begins here: within a longer one nothing does. */
  private static boolean startsNumber(String text, int at) {
    return isDigit(text, at) && !isDigit(text, at - 1);
  }

  /** Behind one separator, if there is one. */
  private static int separated(String text, int at) {
    boolean separator = at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '-');
    return separator ? at + 1 : at;
  }

  private static boolean areDigits(String text, int from, int count) {
    for (int i = 0; i < count; i++) {
      if (!isDigit(text, from + i)) {
        return false;
      }
    }
    return true;
  }

  private static int number(String text, int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }

  private static boolean isIdCard(String text, int at) {
    if (!areDigits(text, at, 17) || isDigit(text, at + 18)) {
      return false;
    }
    int year = number(text, at + 6, 4);
    int month = number(text, at + 10, 2);
    int day = number(text, at + 12, 2);
    if (year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += (text.charAt(at + i) - '0') * WEIGHTS[i];
    }
    return CHECKS.charAt(sum % 11) == Character.toUpperCase(text.charAt(at + 17));
  }

  /** Behind a number in groups of three, four and four; -1 when there is none. */
  private static int phoneEnd(String text, int at) {
    boolean begins = areDigits(text, at, 3) && text.charAt(at) == '1' && text.charAt(at + 1) >= '3';
    int second = begins ? separated(text, at + 3) : -1;
    if (second < 0 || !areDigits(text, second, 4)) {
      return -1;
    }
    int third = separated(text, second + 4);
    return areDigits(text, third, 4) && !isDigit(text, third + 4) ? third + 4 : -1;
  }

  /** Behind the longest number of a card that begins there; -1 when none does. */
  private static int cardEnd(String text, int from) {
    int[] digits = new int[LONGEST_CARD];
    int count = 0;
    int at = from;
    int end = -1;
    while (count < LONGEST_CARD && isDigit(text, at)) {
      digits[count++] = text.charAt(at++) - '0';
      if (!isDigit(text, at)) {
        end = count >= SHORTEST_CARD && isLuhn(digits, count) ? at : end;
        at = separated(text, at);
      }
    }
    return end;
  }

  private static boolean isLuhn(int[] digits, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      int digit = digits[count - 1 - i];
      int doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += i % 2 == 0 ? digit : doubled;
    }
    return sum % 10 == 0;
  }

  private static boolean isLocal(char c) {
    return Character.isLetterOrDigit(c) || "._%+-'".indexOf(c) >= 0;
  }

  /** Whether a name with a dot inside begins there. */
  private static boolean isDomain(String text, int from) {
    int at = from;
    boolean dotted = false;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || "-.".indexOf(text.charAt(at)) >= 0)) {
      boolean inside = at > from && at + 1 < text.length();
      dotted |= text.charAt(at) == '.' && inside && Character.isLetterOrDigit(text.charAt(at + 1));
      at++;
    }
    return dotted && text.charAt(from) != '.';
  }
}
