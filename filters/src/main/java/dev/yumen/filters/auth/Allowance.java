package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Shorthand;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whom a rule of {@code authorize} lets do what it is about: all that is written must hold. */
@Describe("Who may: all that is written must hold.")
public record Allowance(
    @Describe("Everybody, recognised or not.") @Default("false") boolean anonymous,
    @Describe("Everybody whom a filter before has recognised.") @Default("false")
        boolean authenticated,
    @Describe("Names of consumers, any of.") @OneOrMany List<String> consumers,
    @Describe("Groups of consumers, any of.") @OneOrMany List<String> groups,
    @Describe("Whose the thing in the path is, by a variable of the rule's path.")
        @Nullable Owner owner) {

  public Allowance {
    consumers = List.copyOf(consumers);
    groups = List.copyOf(groups);
    boolean named = !consumers.isEmpty() || !groups.isEmpty() || owner != null;
    if (anonymous && (authenticated || named)) {
      throw InvalidValue.found("anonymous", "true beside other conditions", "nothing else");
    }
    if (!anonymous && !authenticated && !named) {
      throw InvalidValue.found(
          "", "nothing", "anonymous, authenticated, consumers, groups or owner");
    }
  }

  /** The client is the owner of what the path names. */
  @Describe("A variable of the path is the client's own.")
  @Shorthand("path")
  public record Owner(@Describe("Name of the variable in the rule's path.") String path) {}

  /**
   * Refuses names and groups that no consumer has.
   *
   * @param component the setting that this is
   */
  void check(String component, List<Consumer> known) {
    if (!consumers.isEmpty() || !groups.isEmpty()) {
      new Members(consumers, groups).check(component, known);
    }
  }

  boolean holds(Exchange exchange, Map<String, String> pathVariables) {
    Consumer who = exchange.consumer();
    if (who == null) {
      return anonymous;
    }
    return (consumers.isEmpty() || consumers.contains(who.name()))
        && (groups.isEmpty() || !Collections.disjoint(groups, who.groups()))
        && (owner == null || who.name().equals(pathVariables.get(owner.path)));
  }
}
