package dev.yumen.dataplane.routing;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The method is one of these. Where GET is named, HEAD is too (RFC 9110 §9.3.2). */
final class MethodCondition implements Condition {
  private final String[] methods;

  private MethodCondition(String[] methods) {
    this.methods = methods;
  }

  static MethodCondition of(List<String> named) {
    Set<String> methods = new TreeSet<>(named);
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    // interned, as the usual ones are in requests: equal is then nearly always identical
    return new MethodCondition(methods.stream().map(String::intern).toArray(String[]::new));
  }

  /** In alphabetical order. */
  List<String> methods() {
    return List.of(methods);
  }

  @Override
  public boolean test(RoutingRequest request) {
    String method = request.method();
    for (String accepted : methods) {
      if (accepted.equals(method)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String setting() {
    return "methods";
  }

  @Override
  public String describe() {
    return "method is " + String.join(" or ", methods);
  }

  @Override
  public boolean isDisjointFrom(Condition other) {
    return other instanceof MethodCondition that
        && Arrays.stream(methods).noneMatch(Arrays.asList(that.methods)::contains);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MethodCondition that && Arrays.equals(methods, that.methods);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(methods);
  }
}
