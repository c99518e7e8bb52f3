package dev.yumen.filters.jwt;

import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Remark;
import dev.yumen.api.Verdict;
import dev.yumen.filters.jwt.Bearer.Shown;
import dev.yumen.filters.jwt.Refusal.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What {@link JwtFilter} would do with a token, by the keys that are at hand: none are fetched,
 * nothing is counted or remembered, and signatures are checked where it is called.
 */
record JwtEffect(JwtFilter.Config config, Bearer bearer, TokenPolicy policy, Admission admission) {

  /**
   * @param keys at hand; null when there are none
   * @param now in milliseconds since 1970
   */
  Effect of(Exchange exchange, @Nullable Keys keys, long now) {
    Shown shown = bearer.find(exchange.request());
    if (shown == null) {
      return refused(new Refusal(Reason.MISSING, "no token"));
    }
    if (shown.isSeveral()) {
      return refused(new Refusal(Reason.REQUEST, "more than one token or Authorization"));
    }
    if (shown.text().length() - shown.start() > config.maxSize().bytes()) {
      return refused(new Refusal(Reason.FORM, "longer than max-size"));
    }
    return switch (CompactJws.parse(shown.token())) {
      case Refusal refusal -> refused(refusal);
      case CompactJws jws -> {
        Refusal refusal = policy.check(jws, now);
        yield refusal == null ? judged(exchange, shown, jws, keys) : refused(refusal);
      }
    };
  }

  private Effect judged(Exchange exchange, Shown shown, CompactJws jws, @Nullable Keys keys) {
    if (keys == null || keys.candidates(jws).isEmpty()) {
      String provider = provider();
      return provider == null
          ? refused(new Refusal(Reason.KEY, "no key for it"))
          : Effect.untried(Remark.About.NO_KEYS_AT_HAND, provider);
    }
    if (keys.candidates(jws).stream().noneMatch(key -> key.verifies(jws))) {
      return refused(new Refusal(Reason.SIGNATURE, "not signed by the key"));
    }
    return switch (admission.decide(jws.claims())) {
      case Decision.Forbidden forbidden -> refused(forbidden.refusal());
      case Decision.Admitted admitted -> {
        bearer.admit(exchange, shown, admitted);
        yield Effect.sure(Verdict.proceed());
      }
    };
  }

  /** Whose keys may be fetched; null when all are written in the configuration. */
  private @Nullable String provider() {
    boolean fixed =
        config.secret() != null || config.publicKey() != null || config.jwks().keys() != null;
    String url = config.jwks().url();
    return fixed || url != null ? url : config.issuer();
  }

  private Effect refused(Refusal refusal) {
    return Effect.sure(bearer.refuse(refusal));
  }
}
