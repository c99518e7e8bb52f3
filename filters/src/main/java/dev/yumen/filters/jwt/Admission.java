package dev.yumen.filters.jwt;

import dev.yumen.api.Consumer;
import dev.yumen.api.Identity;
import dev.yumen.filters.auth.FieldText;
import dev.yumen.filters.auth.UpstreamIdentity;
import dev.yumen.filters.jwt.JwtFilter.Unknown;
import dev.yumen.filters.jwt.Refusal.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who the owner of a token is that was proven, and whether that one may come in. */
final class Admission {
  private final TokenRules rules;
  private final String scheme;
  private final TokenPolicy policy;
  private final JwtConsumers consumers;

  Admission(TokenRules rules, String scheme, TokenPolicy policy, JwtConsumers consumers) {
    this.rules = rules;
    this.scheme = scheme;
    this.policy = policy;
    this.consumers = consumers;
  }

  /**
   * Decides once for all requests with the token.
   *
   * @param claims that the policy has let through
   */
  Decision decide(Map<String, Object> claims) {
    Set<String> scopes = new HashSet<>(Identity.words(claims.get("scope")));
    scopes.addAll(Identity.words(claims.get("scp")));
    if (!scopes.containsAll(rules.scopes())) {
      return forbidden(Reason.SCOPE, "a scope is missing");
    }
    String subject = policy.subject(claims);
    if (subject == null) {
      throw new IllegalStateException("the policy lets no token through that names nobody");
    }
    Consumer consumer = consumers.find(subject, claims);
    if (consumer == null && rules.unknown() == Unknown.REJECT) {
      return forbidden(Reason.SUBJECT, "its subject is no consumer");
    }
    if (consumer == null) {
      consumer = consumers.stranger(subject, claims, rules.groupsClaim());
    }
    return consumer == null
        ? forbidden(Reason.SUBJECT, "its subject is the name of a consumer that it is not")
        : admitted(new Identity(consumer, scheme, scopes, claims));
  }

  private Decision admitted(Identity identity) {
    List<UpstreamIdentity.Field> fields = new ArrayList<>(rules.claimsToHeaders().size());
    rules
        .claimsToHeaders()
        .forEach(
            (claim, header) ->
                fields.add(
                    new UpstreamIdentity.Field(header, FieldText.of(identity.claim(claim)))));
    return new Decision.Admitted(new UpstreamIdentity(identity, fields));
  }

  private static Decision forbidden(Reason reason, String detail) {
    return new Decision.Forbidden(new Refusal(reason, detail));
  }
}
