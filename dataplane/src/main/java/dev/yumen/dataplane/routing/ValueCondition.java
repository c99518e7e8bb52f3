package dev.yumen.dataplane.routing;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The first header, query parameter or cookie of a name passes a test. */
record ValueCondition(Source source, String name, TextTest expected) implements Condition {

  /** Where a value comes from. */
  enum Source {
    HEADER("headers"),
    QUERY("query"),
    COOKIE("cookies");

    private final String setting;

    Source(String setting) {
      this.setting = setting;
    }

    @Nullable String first(RoutingRequest request, String name) {
      return switch (this) {
        case HEADER -> request.headers().first(name);
        case QUERY -> Values.query(request.target(), name);
        case COOKIE -> Values.cookie(request.headers(), name);
      };
    }
  }

  static ValueCondition of(Source source, String name, TextTest test) {
    return new ValueCondition(
        source, source == Source.HEADER ? name.toLowerCase(Locale.ROOT) : name, test);
  }

  @Override
  public boolean test(RoutingRequest request) {
    return expected.test(source.first(request, name));
  }

  @Override
  public String setting() {
    return source.setting + "." + name;
  }

  @Override
  public String describe() {
    return source.name().toLowerCase(Locale.ROOT) + " " + name + " " + expected.describe();
  }

  @Override
  public boolean isDisjointFrom(Condition other) {
    return other instanceof ValueCondition that
        && source == that.source
        && name.equals(that.name)
        && expected.isDisjointFrom(that.expected);
  }
}
