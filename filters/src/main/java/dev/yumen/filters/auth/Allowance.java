package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Identity;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Shorthand;
import java.util.Collections;
import java.util.LinkedHashMap;
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
    @Describe("Scopes that the client was given, all of.") @OneOrMany List<String> scopes,
    @Describe("Claims by name, and the values that will do; dots lead into objects.")
        Map<String, Claim> claims,
    @Describe("Whose the thing in the path is, by a variable of the rule's path.")
        @Nullable Owner owner,
    @Describe(
            "A CEL expression that must be true. It knows what match.expression knows, and"
                + " consumer.name, consumer.groups, consumer.tags, consumer.tier, scopes, claims and the rule's"
                + " path variables as path.")
        @Nullable String when) {

  public Allowance {
    consumers = List.copyOf(consumers);
    groups = List.copyOf(groups);
    scopes = List.copyOf(scopes);
    claims = Collections.unmodifiableMap(new LinkedHashMap<>(claims));
    boolean named = !consumers.isEmpty() || !groups.isEmpty() || !scopes.isEmpty();
    boolean someone = named || !claims.isEmpty() || owner != null;
    if (anonymous && (authenticated || someone)) {
      throw InvalidValue.found(
          "anonymous", "true beside other conditions", "nothing else but when");
    }
    if (!anonymous && !authenticated && !someone && when == null) {
      throw InvalidValue.found(
          "",
          "nothing",
          "anonymous, authenticated, consumers, groups, scopes, claims, owner or when");
    }
  }

  /** Values of a claim that will do. */
  @Describe("Values of a claim that will do, any of.")
  @Shorthand("any-of")
  public record Claim(
      @Describe("Values as text; of a claim that is a list, one element is enough.") @OneOrMany
          List<String> anyOf) {
    public Claim {
      anyOf = List.copyOf(anyOf);
      if (anyOf.isEmpty()) {
        throw InvalidValue.found("any-of", "no values", "at least one");
      }
    }

    private boolean holds(@Nullable Object claim) {
      return switch (claim) {
        case List<?> list -> list.stream().anyMatch(this::isOne);
        case null -> false;
        default -> isOne(claim);
      };
    }

    private boolean isOne(Object value) {
      boolean plain = value instanceof String || value instanceof Boolean || value instanceof Long;
      return plain && anyOf.contains(value.toString());
    }
  }

  /** The client is the owner of what the path names. */
  @Describe("A variable of the path is the client's own.")
  @Shorthand("path")
  public record Owner(
      @Describe("Name of the variable in the rule's path.") String path,
      @Describe("Claim that it must equal; without it the consumer's name.")
          @Nullable String claim) {

    private boolean is(Identity who, Map<String, String> pathVariables) {
      Object own = claim == null ? who.consumer().name() : who.claim(claim);
      return switch (own) {
        case String text -> text.equals(pathVariables.get(path));
        case Long number -> number.toString().equals(pathVariables.get(path));
        case null, default -> false;
      };
    }
  }

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

  /** Whether all but {@code when} holds. */
  boolean holds(@Nullable Identity who, Map<String, String> pathVariables) {
    if (who == null) {
      return anonymous;
    }
    return (consumers.isEmpty() || consumers.contains(who.consumer().name()))
        && (groups.isEmpty() || !Collections.disjoint(groups, who.consumer().groups()))
        && who.scopes().containsAll(scopes)
        && claims.entrySet().stream().allMatch(claim -> holds(claim, who))
        && (owner == null || owner.is(who, pathVariables));
  }

  private static boolean holds(Map.Entry<String, Claim> claim, Identity who) {
    return claim.getValue().holds(who.claim(claim.getKey()));
  }
}
