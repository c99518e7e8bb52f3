package dev.yumen.filters.auth;

import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Headers;
import dev.yumen.api.Identity;
import dev.yumen.api.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every yes is needed, and all that find out who the client is must find the same consumer. What
 * the first of these says of it stays, groups, scopes and claims.
 */
final class EveryYes implements Round {
  private final Exchange exchange;
  private @Nullable Identity before;
  private List<List<String>> toldBefore = List.of();
  private @Nullable Identity found;
  private String finder = "";

  EveryYes(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public void asking() {
    before = exchange.identity();
    Headers headers = exchange.request().headers();
    toldBefore = UpstreamIdentity.NAMES.stream().map(headers::all).toList();
  }

  /** An identity that was found anew may equal one that was there before: it counts as found. */
  @Override
  @SuppressWarnings("ReferenceEquality")
  public @Nullable Verdict heard(String name, Verdict verdict) {
    if (!(verdict instanceof Verdict.Proceed)) {
      return verdict;
    }
    Identity now = exchange.identity();
    if (now == null || now == before) {
      return null;
    }
    if (found == null) {
      found = now;
      finder = name;
      return null;
    }
    putBack(found);
    String first = found.consumer().name();
    String other = now.consumer().name();
    return first.equals(other)
        ? null
        : Verdict.fail(
            FailureCode.FORBIDDEN,
            "multi-auth: %s has found %s, and %s %s".formatted(finder, first, name, other));
  }

  private void putBack(Identity identity) {
    exchange.identity(identity);
    Headers headers = exchange.request().headers();
    for (int i = 0; i < toldBefore.size(); i++) {
      String name = UpstreamIdentity.NAMES.get(i);
      headers.remove(name);
      toldBefore.get(i).forEach(value -> headers.add(name, value));
    }
  }

  @Override
  public Verdict end() {
    return Verdict.proceed();
  }
}
