package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * That every consumer and credential is there once, and that some filter knows the tiers of
 * consumers. A part of {@link CrossChecks}.
 */
final class ConsumerChecks {
  private static final String TIERS = "tiers";

  private final Mapping root;
  private final CrossChecks checks;
  private final Problems problems;
  private final Map<String, Place> names = new HashMap<>();
  private final Map<String, Place> keys = new HashMap<>();
  private final Map<String, Place> users = new HashMap<>();
  private final Map<String, Map<String, Place>> subjects = new HashMap<>();
  private final Map<String, Place> keyIds = new HashMap<>();

  ConsumerChecks(Mapping root, CrossChecks checks, Problems problems) {
    this.root = root;
    this.checks = checks;
    this.problems = problems;
  }

  /**
   * @param complete whether all files could be read; when not, tiers may be in one that could not
   */
  void check(boolean complete) {
    List<Node> consumers = CrossChecks.items(root, "consumers");
    boolean asked = consumers.stream().anyMatch(one -> CrossChecks.scalar(one, "tier") != null);
    Set<String> tiers = complete && asked ? tiersOfFilters() : Set.of();
    for (int i = 0; i < consumers.size(); i++) {
      Node consumer = consumers.get(i);
      At at = At.TOP.key("consumers").item(i);
      checks.unique(CrossChecks.scalar(consumer, "name"), at.key("name"), names);
      tier(CrossChecks.scalar(consumer, "tier"), at.key("tier"), tiers);
      List<Node> credentials = CrossChecks.items(consumer, "credentials");
      for (int j = 0; j < credentials.size(); j++) {
        credential(credentials.get(j), at.key("credentials").item(j));
      }
    }
  }

  private void credential(Node credential, At at) {
    checks.unique(CrossChecks.scalar(credential, "api-key"), at.key("api-key").hidden(), keys);
    if (credential instanceof Mapping written) {
      At user = at.key("basic").key("username");
      checks.unique(CrossChecks.scalar(written.get("basic"), "username"), user, users);
      subject(written.get("jwt"), at.key("jwt"));
      At keyId = at.key("hmac").key("key-id");
      checks.unique(CrossChecks.scalar(written.get("hmac"), "key-id"), keyId, keyIds);
    }
  }

  /** Each issuer has its own subjects; so has nobody in particular. */
  private void subject(@Nullable Node jwt, At at) {
    Scalar issuer = CrossChecks.scalar(jwt, "issuer");
    Scalar subject =
        jwt instanceof Scalar alone && !alone.isNull() ? alone : CrossChecks.scalar(jwt, "subject");
    At named = jwt instanceof Scalar ? at : at.key("subject");
    String whose = issuer == null ? "" : issuer.text();
    checks.unique(subject, named, subjects.computeIfAbsent(whose, _ -> new HashMap<>()));
  }

  /**
   * @param known by filters; empty when none has tiers, and they are for something else
   */
  private void tier(@Nullable Scalar tier, At at, Set<String> known) {
    if (tier == null || tier.origin() == Node.Origin.UNRESOLVED || tier.text().isBlank()) {
      return;
    }
    if (!known.isEmpty() && !known.contains(tier.text())) {
      String found = tier.origin() == Node.Origin.FILE ? "this" : Text.quoted(tier.text());
      String hint = problems.full() ? "" : Suggestion.hint(tier.text(), known);
      problems.warning(tier.place(), at, "no filter has " + found + " among its tiers" + hint);
    }
  }

  /** The names in {@code tiers} of any filter, or of one of its {@code limits}. */
  private Set<String> tiersOfFilters() {
    Set<String> names = new TreeSet<>();
    tiers(root, names);
    CrossChecks.items(root, "routes").forEach(route -> tiers(route, names));
    return names;
  }

  private static void tiers(Node owner, Set<String> names) {
    for (Node filter : CrossChecks.items(owner, "filters")) {
      if (filter instanceof Mapping named) {
        for (Entry entry : named.entries()) {
          addTiers(entry.value(), names);
          CrossChecks.items(entry.value(), "limits").forEach(limit -> addTiers(limit, names));
        }
      }
    }
  }

  private static void addTiers(Node settings, Set<String> names) {
    if (settings instanceof Mapping mapping && mapping.get(TIERS) instanceof Mapping tiers) {
      tiers.entries().forEach(tier -> names.add(tier.key()));
    }
  }
}
