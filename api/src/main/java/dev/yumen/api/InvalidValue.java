package dev.yumen.api;

/**
 * A value that a setting can not take. Thrown by the compact constructors of configuration records;
 * the reader turns it into a problem at the place where the component stands. Passwords in
 * addresses are not kept ({@link UrlPasswords}).
 */
public final class InvalidValue extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String component;
  private final String value;
  private final String expected;

  /**
   * @param component the setting's name, lower-case-with-dashes; empty for the value as a whole
   * @param value what was found; shown in the message
   * @param expected what would have been right, such as {@code >= 0}
   */
  public InvalidValue(String component, Object value, String expected) {
    this(shown(value), component, expected);
  }

  private static String shown(Object value) {
    String text = UrlPasswords.hiddenIn(value.toString());
    return value instanceof CharSequence ? '"' + text + '"' : text;
  }

  private InvalidValue(String shown, String component, String expected) {
    super((component.isEmpty() ? "" : component + ": ") + shown + " (expected: " + expected + ")");
    this.component = component;
    this.value = shown;
    this.expected = expected;
  }

  /**
   * For what is wrong in another way than by one value, such as {@code 2 endings}.
   *
   * @param found in words, shown without quotes
   */
  public static InvalidValue found(String component, String found, String expected) {
    return new InvalidValue(UrlPasswords.hiddenInText(found), component, expected);
  }

  public String component() {
    return component;
  }

  /** The value as it is shown, text in double quotes. */
  public String value() {
    return value;
  }

  public String expected() {
    return expected;
  }
}
