package dev.yumen.filters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.LooksOnly;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How {@code explain} finds out what a filter would do is decided for every one of them. */
class EveryFilterIsExplainedTest {
  private static final Set<String> SAYS_SO_ITSELF =
      Set.of(
          "anti-replay",
          "basic-auth",
          "canary",
          "circuit-breaker",
          "client-credentials",
          "concurrency-limit",
          "ext-authz",
          "fault",
          "forward-auth",
          "geo",
          "hmac-auth",
          "jwt",
          "ldap-auth",
          "mirror",
          "multi-auth",
          "oauth2-introspection",
          "oidc-login",
          "quota",
          "rate-limit",
          "traffic-split",
          "validate");
  private static final Set<String> ONLY_ANSWERS = Set.of("response-headers", "secure-headers");

  static Stream<FilterType<?>> filters() {
    return BuiltInFilters.all().stream();
  }

  private static Class<?> filter(FilterType<?> type) {
    Class<?> outer = type.config();
    while (outer.getEnclosingClass() != null) {
      outer = outer.getEnclosingClass();
    }
    if (Filter.class.isAssignableFrom(outer)) {
      return outer;
    }
    String camel =
        Stream.of(type.name().split("-"))
            .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
            .reduce("", String::concat);
    try {
      return Class.forName("dev.yumen.filters.traffic." + camel + "Filter");
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean asks(Class<?> filter) {
    try {
      return filter.getMethod("onRequest", Exchange.class).getDeclaringClass() != Filter.class;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("filters")
  void oneWayIsDecided(FilterType<?> type) {
    Class<?> filter = filter(type);
    boolean says = Explains.class.isAssignableFrom(filter);
    boolean looks = LooksOnly.class.isAssignableFrom(filter);
    assertFalse(says && looks, "both ways");
    assertEquals(SAYS_SO_ITSELF.contains(type.name()), says, "says what it would do");
    assertEquals(ONLY_ANSWERS.contains(type.name()), !asks(filter), "looks at answers alone");
    assertEquals(asks(filter), says || looks, "is told of");
  }

  @Test
  void theTableNamesFiltersThatThereAre() {
    Set<String> known = new TreeSet<>(BuiltInFilters.byName().keySet());
    assertEquals(Set.of(), without(SAYS_SO_ITSELF, known));
    assertEquals(Set.of(), without(ONLY_ANSWERS, known));
  }

  private static Set<String> without(Set<String> names, Set<String> known) {
    Set<String> rest = new TreeSet<>(names);
    rest.removeAll(known);
    return rest;
  }
}
