package dev.yumen.dataplane.upstream;

import dev.yumen.config.BalanceConfig;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.balance.Balancer;
import dev.yumen.dataplane.balance.BoundedLoad;
import dev.yumen.dataplane.balance.HashRing;
import dev.yumen.dataplane.balance.KeyHash;
import dev.yumen.dataplane.balance.LeastRequest;
import dev.yumen.dataplane.balance.Load;
import dev.yumen.dataplane.balance.Maglev;
import dev.yumen.dataplane.balance.PeakEwma;
import dev.yumen.dataplane.balance.RandomChoice;
import dev.yumen.dataplane.balance.SlowStart;
import dev.yumen.dataplane.balance.SmoothRoundRobin;
import dev.yumen.dataplane.health.Health;
import dev.yumen.dataplane.loop.Loop;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that are to be used at one moment, and a balancer over them. Immutable; made anew
 * when an endpoint comes, goes, falls ill or recovers, so that a request pays for none of it.
 */
final class EndpointSet {
  static final EndpointSet EMPTY = new EndpointSet(List.of(), new Endpoint[0], null, false);

  /** Of the endpoints in the gateway's own zone, what has to be well for them to be preferred. */
  private static final double ENOUGH_OF_ZONE = 0.5;

  private final List<Member> members;
  private final IdentityHashMap<Endpoint, Health> healths = new IdentityHashMap<>();
  private final Endpoint[] usable;
  private final @Nullable Balancer balancer;
  private final boolean panic;
  private final Map<String, Endpoint> byCode = new HashMap<>();

  private EndpointSet(
      List<Member> members, Endpoint[] usable, @Nullable Balancer balancer, boolean panic) {
    this.members = members;
    members.forEach(member -> healths.put(member.endpoint(), member.health()));
    this.usable = usable;
    this.balancer = balancer;
    this.panic = panic;
  }

  /**
   * @param members all that there are
   * @param zone of this gateway
   * @param now for warming up
   */
  static EndpointSet of(
      List<Member> members,
      UpstreamConfig config,
      @Nullable String zone,
      List<Loop> loops,
      long now) {
    List<Member> used = inZone(tier(members, config.panicThreshold()), zone);
    boolean panic = used.stream().anyMatch(member -> !member.health().state().usable());
    if (used.isEmpty()) {
      return new EndpointSet(members, new Endpoint[0], null, false);
    }
    Endpoint[] usable = used.stream().map(Member::endpoint).toArray(Endpoint[]::new);
    int[] weights = weights(used, new SlowStart(config.slowStart().toNanos()), now);
    return new EndpointSet(
        members, usable, balancer(config.balance(), usable, weights, loops), panic);
  }

  /** The first tier of which enough are well; with none, all of the first or what is well. */
  private static List<Member> tier(List<Member> members, double panicThreshold) {
    TreeSet<Integer> priorities = new TreeSet<>();
    members.forEach(member -> priorities.add(member.settings().priority()));
    List<Member> some = List.of();
    for (int priority : priorities) {
      List<Member> tier =
          members.stream().filter(member -> member.settings().priority() == priority).toList();
      List<Member> well = tier.stream().filter(member -> member.health().state().usable()).toList();
      if (!well.isEmpty() && well.size() >= panicThreshold * tier.size()) {
        return well;
      }
      some = some.isEmpty() ? well : some;
    }
    if (panicThreshold == 0 || priorities.isEmpty()) {
      return some;
    }
    int first = priorities.first();
    return members.stream().filter(member -> member.settings().priority() == first).toList();
  }

  private static List<Member> inZone(List<Member> tier, @Nullable String zone) {
    if (zone == null) {
      return tier;
    }
    List<Member> near =
        tier.stream().filter(member -> Objects.equals(member.settings().zone(), zone)).toList();
    long well = near.stream().filter(member -> member.health().state().usable()).count();
    return well > 0 && well >= ENOUGH_OF_ZONE * near.size() ? near : tier;
  }

  private static int[] weights(List<Member> used, SlowStart slowStart, long now) {
    return slowStart.weights(
        used.stream().mapToInt(member -> member.settings().weight()).toArray(),
        used.stream().mapToLong(member -> member.health().state().since()).toArray(),
        now);
  }

  /** Whether weights will be others soon. */
  boolean warms(SlowStart slowStart, long now) {
    return members.stream()
        .anyMatch(member -> slowStart.warms(member.health().state().since(), now));
  }

  private static Balancer balancer(
      BalanceConfig config, Endpoint[] usable, int[] weights, List<Loop> loops) {
    Load load = new Loads(usable, loops.toArray(Loop[]::new));
    BalanceConfig.ConsistentHash hash = config.consistentHash();
    if (hash != null) {
      List<String> names = Arrays.stream(usable).map(Endpoint::text).toList();
      Balancer hashing =
          switch (hash.algorithm()) {
            case MAGLEV -> new Maglev(names, weights);
            case RING -> new HashRing(names, weights);
          };
      return hash.boundedLoad() == 0
          ? hashing
          : new BoundedLoad(hashing, weights, hash.boundedLoad(), load);
    }
    return switch (config.way()) {
      case ROUND_ROBIN -> new SmoothRoundRobin(weights, loops.size());
      case LEAST_REQUEST -> new LeastRequest(weights, load);
      case RANDOM -> new RandomChoice(weights);
      case PEAK_EWMA -> new PeakEwma(weights, load);
    };
  }

  /** What endpoints have to do, as balancers ask for it. */
  private record Loads(Endpoint[] endpoints, Loop[] loops) implements Load {
    @Override
    public int active(int loop, int endpoint) {
      return endpoints[endpoint].active(loops[loop]);
    }

    @Override
    public double latencyNanos(int loop, int endpoint) {
      return endpoints[endpoint].latencyNanos(loops[loop]);
    }
  }

  /**
   * The endpoint for the next attempt of a request.
   *
   * @param tried endpoints that this request has been tried on
   * @return null when there is none, or none that was not tried
   */
  @Nullable Endpoint choose(Loop loop, List<Endpoint> tried, long hash) {
    if (balancer == null) {
      return null;
    }
    Endpoint chosen = usable[balancer.choose(loop.index(), hash)];
    long next = hash;
    for (int i = 0; tried.contains(chosen) && i < usable.length; i++) {
      next = KeyHash.next(next);
      chosen = usable[balancer.choose(loop.index(), next)];
    }
    if (!tried.contains(chosen)) {
      return chosen;
    }
    for (Endpoint other : usable) {
      if (!tried.contains(other)) {
        return other;
      }
    }
    return elsewhere(tried);
  }

  /** What every loop would choose next; null when they differ, chance decides or there is none. */
  @Nullable Endpoint peek(List<Loop> loops, long hash) {
    int agreed = Balancer.BY_CHANCE;
    for (Loop loop : loops) {
      int next = balancer == null ? Balancer.BY_CHANCE : balancer.peek(loop.index(), hash);
      if (next == Balancer.BY_CHANCE || (agreed != Balancer.BY_CHANCE && next != agreed)) {
        return null;
      }
      agreed = next;
    }
    return agreed == Balancer.BY_CHANCE ? null : usable[agreed];
  }

  /** One that is well in another tier or zone: all of these were tried. */
  private @Nullable Endpoint elsewhere(List<Endpoint> tried) {
    return members.stream()
        .filter(member -> member.health().state().usable())
        .sorted(Comparator.comparingInt(member -> member.settings().priority()))
        .map(Member::endpoint)
        .filter(endpoint -> !tried.contains(endpoint))
        .findFirst()
        .orElse(null);
  }

  /** Lets clients come back by cookies. Before anybody else sees this set. */
  EndpointSet with(@Nullable StickyCookies cookies) {
    if (cookies != null) {
      for (Endpoint endpoint : usable) {
        byCode.put(cookies.code(endpoint), endpoint);
      }
    }
    return this;
  }

  /** The endpoint that a cookie stands for, if it may be chosen. */
  @Nullable Endpoint ofCode(String code) {
    return byCode.get(code);
  }

  List<Member> members() {
    return members;
  }

  /** How many may be chosen. */
  int size() {
    return usable.length;
  }

  /** Whether endpoints that are not well are used, because too many are not. */
  boolean panic() {
    return panic;
  }

  /** Whether one of them is out of use for a while. */
  boolean anyEjected() {
    for (Member member : members) {
      if (member.health().state().ejected()) {
        return true;
      }
    }
    return false;
  }

  /** How this endpoint fares; null when it is none of these any more. */
  @Nullable Health health(Endpoint endpoint) {
    return healths.get(endpoint);
  }

  /** Whether it may be chosen. */
  boolean uses(Endpoint endpoint) {
    return Arrays.asList(usable).contains(endpoint);
  }

  List<Health> healths() {
    return members.stream().map(Member::health).toList();
  }
}
