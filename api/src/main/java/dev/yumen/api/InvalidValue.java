package dev.yumen.api;

/**
 * A value that a setting can not take. Thrown by the compact constructors of configuration records;
 * the reader turns it into a problem at the place where the component stands.
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
    super(
        (component.isEmpty() ? "" : component + ": ")
            + (value instanceof CharSequence ? "\"" + value + "\"" : value)
            + " (expected: "
            + expected
            + ")");
    this.component = component;
    this.value = value instanceof CharSequence ? "\"" + value + "\"" : String.valueOf(value);
    this.expected = expected;
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
