package dev.yumen.dataplane.routing;

import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.routing.Candidate.Outranked;
import dev.yumen.dataplane.routing.Candidate.Part;
import dev.yumen.dataplane.routing.Candidate.Rank;
import dev.yumen.dataplane.routing.Candidate.Standing;
import dev.yumen.dataplane.routing.Candidate.Takes;
import dev.yumen.dataplane.routing.Recorder.Seen;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds all rules of a table against one request, for people who ask why it went where it went. The
 * walk is the one that finds routes, told to go on where that one has found enough. Its cost grows
 * with the number of rules.
 */
final class TableReview<T> {
  /** Rules of another path are told in tables of at most this size, or where nothing matched. */
  static final int FEW_RULES = 20;

  private final RouteTable<T> table;
  private final RoutingRequest request;
  private final Recorder<T> recorder = new Recorder<>();

  TableReview(RouteTable<T> table, RoutingRequest request) {
    this.table = table;
    this.request = request;
  }

  /**
   * @param found what the same table gave for the same request
   * @param most candidates
   */
  List<Candidate> candidates(RouteMatch<T> found, int most) {
    walk();
    List<Entry<T>> near = new ArrayList<>(recorder.seen().keySet());
    Comparator<Entry<T>> nearest = Comparator.comparingInt(this::closeness);
    near.sort(
        nearest
            .thenComparing(Comparator.comparing((Entry<T> e) -> e, this::compare).reversed())
            .thenComparing(entry -> entry.rule.id()));
    Entry<T> winner = found.isMatch() ? table.byId().get(found.rule().id()) : null;
    List<Candidate> all = new ArrayList<>();
    for (Entry<T> entry : near.subList(0, Math.min(most, near.size()))) {
      all.add(new Candidate(entry.rule.id(), standing(entry, winner)));
    }
    if (winner == null || table.size() <= FEW_RULES) {
      addFarOnes(all, Math.min(FEW_RULES, most - all.size()));
    }
    return all;
  }

  private void walk() {
    RouteMatch<T> walk = new RouteMatch<>(recorder);
    walk.begin(request);
    walk.collectMethods();
    int length = walk.copyHost();
    byte[] host = walk.host();
    HostPaths<T> own = length == 0 ? null : table.hosts().find(host, 0, length);
    table.hosts().forEach(paths -> look(paths, "", paths == own ? 1 + 2 * length : -1, walk));
    table.wildcards().forEach(paths -> look(paths, "*.", endsWith(host, length, paths.key), walk));
    recorder.host("", 0);
    table.search(table.anyHost(), request, walk);
  }

  private void look(HostPaths<T> paths, String star, int specific, RouteMatch<T> walk) {
    recorder.host(star + new String(paths.key, StandardCharsets.US_ASCII), specific);
    table.search(paths, request, walk);
  }

  /** How specific a wildcard is that covers the host: by the length of what follows the star. */
  private static int endsWith(byte[] host, int length, byte[] suffix) {
    int at = length - suffix.length;
    boolean fits = at > 0 && host[at - 1] == '.';
    for (int i = 0; fits && i < suffix.length; i++) {
      fits = host[at + i] == suffix[i];
    }
    return fits ? suffix.length : Recorder.OTHER_HOST;
  }

  /** 0 for rules that would take it, then by what they lack. */
  private int closeness(Entry<T> entry) {
    Misses misses = misses(entry);
    return misses == null
        ? 0
        : switch (misses.part()) {
          case METHOD -> 1;
          case CONDITION -> 2;
          case HOST -> 3;
          case PATH -> 4;
        };
  }

  private @Nullable Misses misses(Entry<T> entry) {
    Seen seen = seen(entry);
    return seen.host() == Recorder.OTHER_HOST ? otherHost(entry) : seen.misses();
  }

  private Seen seen(Entry<T> entry) {
    Seen seen = recorder.seen().get(entry);
    return seen == null ? new Seen(Recorder.OTHER_HOST, null) : seen;
  }

  private static Misses otherHost(Entry<?> entry) {
    return new Misses(
        Part.HOST, "host", "host is " + String.join(" or ", entry.rule.match().host()));
  }

  private Standing standing(Entry<T> entry, @Nullable Entry<T> winner) {
    Misses misses = misses(entry);
    if (misses != null) {
      return misses;
    }
    return winner == null || entry.equals(winner)
        ? new Takes()
        : new Outranked(winner.rule.id(), why(entry, winner));
  }

  private int compare(Entry<T> one, Entry<T> two) {
    int result = Integer.compare(one.priority(), two.priority());
    result = result != 0 ? result : Integer.compare(seen(one).host(), seen(two).host());
    return result != 0 ? result : one.compareRank(two);
  }

  /** What put the winner first. */
  private Rank why(Entry<T> entry, Entry<T> winner) {
    if (entry.priority() != winner.priority()) {
      return Rank.PRIORITY;
    }
    if (seen(entry).host() != seen(winner).host()) {
      return Rank.HOST;
    }
    if (entry.kindRank() != winner.kindRank()) {
      return Rank.PATH_KIND;
    }
    if (entry.path.depth() != winner.path.depth()) {
      return Rank.LONGER;
    }
    return entry.path.literals() == winner.path.literals() ? Rank.MORE_CONDITIONS : Rank.LITERAL;
  }

  /** Rules of another path, those first that are likest to the one asked for. */
  private void addFarOnes(List<Candidate> all, int most) {
    Map<Entry<T>, Seen> seen = recorder.seen();
    PathLikeness likeness = new PathLikeness(request.target().pathText());
    record Far(String id, boolean hostFits, PathLikeness.Score score, String path) {}
    table.byId().values().stream()
        .filter(entry -> !seen.containsKey(entry))
        .map(
            entry -> {
              String path = entry.path.toString();
              boolean fits = recorder.fits(entry.rule);
              return new Far(entry.rule.id(), fits, likeness.of(path), path);
            })
        .sorted(
            Comparator.comparing(Far::hostFits)
                .reversed()
                .thenComparing(Far::score)
                .thenComparing(Far::id))
        .limit(Math.max(0, most))
        .forEach(
            far ->
                all.add(
                    new Candidate(
                        far.id(), new Misses(Part.PATH, "path", "path is " + far.path()))));
  }
}
