package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Some consumers: by name, or by a group of theirs. */
@Describe("Consumers, by name or by a group of theirs.")
public record Members(
    @Describe("Names of consumers.") @OneOrMany List<String> consumers,
    @Describe("Groups; one in common is enough.") @OneOrMany List<String> groups) {

  public Members {
    consumers = List.copyOf(consumers);
    groups = List.copyOf(groups);
    if (consumers.isEmpty() && groups.isEmpty()) {
      throw InvalidValue.found("", "nobody", "consumers, groups or both");
    }
  }

  boolean has(Consumer who) {
    return consumers.contains(who.name()) || !Collections.disjoint(groups, who.groups());
  }

  /**
   * Refuses names and groups that no consumer has: what is misspelt would deny nobody.
   *
   * @param component the setting that these stand in
   */
  void check(String component, List<Consumer> known) {
    Set<String> names = new TreeSet<>();
    Set<String> groupNames = new TreeSet<>();
    for (Consumer consumer : known) {
      names.add(consumer.name());
      groupNames.addAll(consumer.groups());
    }
    check(component + ".consumers", consumers, names, "the name of a consumer");
    check(component + ".groups", groups, groupNames, "a group that a consumer is in");
  }

  private static void check(
      String component, List<String> wanted, Set<String> known, String expected) {
    for (String name : wanted) {
      if (!known.contains(name)) {
        String which = known.isEmpty() ? ", of which there is none" : ": " + listed(known);
        throw new InvalidValue(component, name, expected + which);
      }
    }
  }

  /** A few of them, so that a message stays readable. */
  private static String listed(Set<String> names) {
    int most = 10;
    String some = String.join(", ", names.stream().limit(most).toList());
    return names.size() > most ? some + ", …" : some;
  }
}
