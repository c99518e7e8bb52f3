package dev.yumen.api;

/**
 * The name of an upstream in the settings of a filter. That there is one of this name is checked
 * with the configuration, so {@link FilterContext#upstream} finds it.
 */
@ConfigType(
    expected = "the name of an upstream",
    examples = {"users", "users-v2"})
public record UpstreamName(String text) {

  public static UpstreamName parse(String text) {
    if (text.isBlank()) {
      throw new InvalidValue("", text, "the name of an upstream");
    }
    return new UpstreamName(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
