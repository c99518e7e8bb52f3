package dev.yumen.control.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.api.FilterType;
import dev.yumen.filters.BuiltInFilters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FilterRoleTest {
  /** Filters of these packages let clients in or keep them out. */
  private static final Set<String> ABOUT_CLIENTS = Set.of("auth", "jwt", "oidc", "extauthz");

  /** Filters of these turn requests away. */
  private static final Set<String> ABOUT_REQUESTS = Set.of("security", "geo", "validate", "mask");

  /** Without it, browsers are let in by less, not by more. */
  private static final String CORS = "cors";

  @Test
  void everyFilterThatLetsClientsInIsKnownAsOne() {
    assertEquals(List.of(), notOf(FilterRole.ADMITS, ABOUT_CLIENTS));
  }

  @Test
  void everyFilterThatTurnsRequestsAwayIsKnownAsOne() {
    assertEquals(List.of(CORS), notOf(FilterRole.GUARDS, ABOUT_REQUESTS));
  }

  @Test
  void othersAreNeither() {
    assertEquals(FilterRole.OTHER, FilterRole.of("request-id"));
    assertEquals(FilterRole.OTHER, FilterRole.of("rate-limit"));
    assertEquals(FilterRole.OTHER, FilterRole.of("token-relay"));
  }

  private static List<String> notOf(FilterRole role, Set<String> packages) {
    List<String> missing = new ArrayList<>();
    for (FilterType<?> type : BuiltInFilters.all()) {
      Class<?> config = type.config();
      String name = config.getPackageName();
      if (packages.contains(name.substring(name.lastIndexOf('.') + 1))
          && FilterRole.of(type.name()) != role) {
        missing.add(type.name());
      }
    }
    return missing;
  }
}
