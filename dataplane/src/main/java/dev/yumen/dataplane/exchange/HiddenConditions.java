package dev.yumen.dataplane.exchange;

import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Saying;
import dev.yumen.dataplane.routing.Candidate;
import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.routing.Candidate.Part;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Conditions of routes that ask for values which are not known of a request: where one keeps a rule
 * from taking the request, another route may be its own. Errs on the side of saying so.
 */
final class HiddenConditions {
  /** Rules that are looked at, those first that come near. */
  private static final int MOST = 50;

  private HiddenConditions() {}

  /**
   * Says whether the route is known for sure.
   *
   * @param exchange that has found its route
   * @param hidden names in lower case
   * @param why takes a sentence for each rule that may take the request
   */
  static boolean decideNothing(Rehearsal exchange, Set<String> hidden, List<Saying> why) {
    if (hidden.isEmpty() || !exchange.snapshot().asked().anyOf(hidden)) {
      return true;
    }
    int before = why.size();
    List<Candidate> near =
        exchange.snapshot().table().candidates(exchange, exchange.routeMatch(), MOST);
    for (Candidate candidate : near) {
      if (candidate.standing() instanceof Misses misses
          && misses.part() == Part.CONDITION
          && asks(misses, hidden)) {
        why.add(Saying.of(Phrase.HIDDEN_DECIDES, misses.setting(), candidate.id()));
      }
    }
    return why.size() == before;
  }

  private static boolean asks(Misses misses, Set<String> hidden) {
    String setting = misses.setting().toLowerCase(Locale.ROOT);
    if (setting.equals("expression")) {
      return hidden.stream().anyMatch(misses.expected()::contains);
    }
    String name = setting.substring(setting.indexOf('.') + 1);
    return setting.startsWith("cookies.") ? hidden.contains("cookie") : hidden.contains(name);
  }
}
