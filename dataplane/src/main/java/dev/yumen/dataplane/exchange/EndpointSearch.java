package dev.yumen.dataplane.exchange;

import dev.yumen.api.Exchange;
import dev.yumen.config.BalanceConfig.ConsistentHash;
import dev.yumen.dataplane.balance.KeyHash;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.upstream.Endpoint;
import dev.yumen.dataplane.upstream.EndpointPreview;
import dev.yumen.dataplane.upstream.StickyCookies;
import dev.yumen.dataplane.upstream.Upstream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Which endpoint the next attempt of one request goes to. */
final class EndpointSearch {
  private final Upstream upstream;
  private final long hash;
  private List<Endpoint> tried = List.of();
  private List<Endpoint> unreachable = List.of();

  private @Nullable Endpoint kept;

  private EndpointSearch(Upstream upstream, long hash) {
    this.upstream = upstream;
    this.hash = hash;
  }

  /** Null when the upstream refuses requests without the key that this one does not have. */
  static @Nullable EndpointSearch of(Upstream upstream, Exchange exchange) {
    EndpointSearch search = byKey(upstream, exchange);
    StickyCookies cookies = upstream.cookies();
    if (search != null && cookies != null) {
      String code = cookies.kept(exchange);
      search.kept = code == null ? null : upstream.ofCode(code);
    }
    return search;
  }

  private static @Nullable EndpointSearch byKey(Upstream upstream, Exchange exchange) {
    ConsistentHash hashing = upstream.hashing();
    if (hashing == null) {
      return new EndpointSearch(upstream, 0);
    }
    String key = hashing.key().of(exchange);
    if (key != null) {
      return new EndpointSearch(upstream, KeyHash.of(key));
    }
    return switch (hashing.missingKey()) {
      case ALLOW -> new EndpointSearch(upstream, ThreadLocalRandom.current().nextLong());
      case ADDRESS ->
          new EndpointSearch(upstream, KeyHash.of(exchange.clientAddress().getHostAddress()));
      case REJECT -> null;
    };
  }

  /**
   * @param again whether one that was tried will do when there is no other, unless it could not be
   *     connected
   * @return null when there is none
   */
  @Nullable Endpoint next(Loop loop, boolean again) {
    if (kept != null && !tried.contains(kept)) {
      return kept;
    }
    Endpoint next = upstream.choose(loop, tried, hash);
    return next == null && again ? upstream.choose(loop, unreachable, hash) : next;
  }

  /** Where the first attempt would go, without choosing. */
  EndpointPreview preview() {
    return upstream.preview(kept, hash);
  }

  /** A field by which the client comes back to this endpoint; null when it need not be told. */
  @Nullable String setCookie(Endpoint endpoint, boolean secure) {
    StickyCookies cookies = upstream.cookies();
    if (cookies == null || endpoint.equals(kept)) {
      return null;
    }
    return cookies.field(cookies.code(endpoint), secure);
  }

  /** An attempt there has failed. */
  void tried(Endpoint endpoint) {
    tried = with(tried, endpoint);
  }

  /** It could not be connected. */
  void unreachable(Endpoint endpoint) {
    unreachable = with(unreachable, endpoint);
  }

  /** Those that could not be connected may be by now. */
  void forgetUnreachable() {
    unreachable = List.of();
  }

  /** An attempt there failed by no fault of the endpoint: it is as good as any. */
  void untried(Endpoint endpoint) {
    tried = tried.stream().filter(other -> !other.equals(endpoint)).toList();
  }

  private static List<Endpoint> with(List<Endpoint> endpoints, Endpoint one) {
    List<Endpoint> more = new ArrayList<>(endpoints);
    more.add(one);
    return more;
  }
}
