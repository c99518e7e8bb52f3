package dev.yumen.config;

/** What sections are called in the schema and the reference. */
final class SectionNames {
  private SectionNames() {}

  /**
   * {@code RouteConfig.Target} is {@code route-target}, {@code MatchConfig.PathMatch} is {@code
   * path-match}, {@code RateLimitFilter.Config} is {@code rate-limit-filter}.
   */
  static String of(Class<?> type) {
    String own = type.getSimpleName();
    Class<?> enclosing = type.getEnclosingClass();
    if (enclosing == null) {
      return SettingName.dashed(withoutConfig(own));
    }
    String outer = withoutConfig(enclosing.getSimpleName());
    return SettingName.dashed(
        own.endsWith(outer) ? own : outer + (own.equals("Config") ? "" : own));
  }

  private static String withoutConfig(String name) {
    return name.replaceFirst("(?<=.)Config$", "");
  }
}
