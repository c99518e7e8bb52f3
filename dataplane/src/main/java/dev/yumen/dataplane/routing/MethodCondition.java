package dev.yumen.dataplane.routing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The method is one of these. Where GET is named, HEAD is too (RFC 9110 §9.3.2). */
record MethodCondition(List<String> methods) implements Condition {

  static MethodCondition of(List<String> named) {
    List<String> methods = new ArrayList<>(named);
    if (methods.contains("GET") && !methods.contains("HEAD")) {
      methods.add("HEAD");
    }
    return new MethodCondition(methods.stream().distinct().sorted().toList());
  }

  @Override
  public boolean test(RoutingRequest request) {
    String method = request.method();
    for (int i = 0; i < methods.size(); i++) {
      if (methods.get(i).equals(method)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String describe() {
    return "method is " + String.join(" or ", methods);
  }

  @Override
  public boolean isDisjointFrom(Condition other) {
    return other instanceof MethodCondition that && Collections.disjoint(methods, that.methods);
  }
}
