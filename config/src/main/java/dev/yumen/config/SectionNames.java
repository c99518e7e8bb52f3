package dev.yumen.config;

/** What sections are called in the schema and the reference. */
final class SectionNames {
  private SectionNames() {}

  /**
   * {@code RouteConfig.Target} is {@code route-target}, {@code RateLimitFilter.Config} is {@code
   * rate-limit-filter}.
   */
  static String of(Class<?> type) {
    String own = type.getSimpleName();
    String name = own.equals("Config") ? "" : own;
    Class<?> outer = type.getEnclosingClass();
    if (outer != null) {
      name = outer.getSimpleName().replaceFirst("Config$", "") + name;
    } else {
      name = name.replaceFirst("(?<=.)Config$", "");
    }
    return Shapes.dashed(name);
  }
}
