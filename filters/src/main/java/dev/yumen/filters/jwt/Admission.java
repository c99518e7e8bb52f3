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

/** Who the owner of a token is whose signature was right, and whether that one may come in. */
final class Admission {
  private final JwtFilter.Config config;
  private final TokenPolicy policy;
  private final JwtConsumers consumers;
  private final Bearer bearer;

  Admission(JwtFilter.Config config, TokenPolicy policy, JwtConsumers consumers, Bearer bearer) {
    this.config = config;
    this.policy = policy;
    this.consumers = consumers;
    this.bearer = bearer;
  }

  /**
   * Decides once for all requests with the token.
   *
   * @param claims that the policy has let through
   */
  Verified decide(Map<String, Object> claims, VerificationKey signer) {
    Set<String> scopes = new HashSet<>(Identity.words(claims.get("scope")));
    scopes.addAll(Identity.words(claims.get("scp")));
    if (!scopes.containsAll(config.scopes())) {
      return forbidden(signer, "a scope is missing");
    }
    String subject = policy.subject(claims);
    if (subject == null) {
      throw new IllegalStateException("the policy lets no token through that names nobody");
    }
    Consumer consumer = consumers.find(subject, claims);
    if (consumer == null && config.unknown() == Unknown.REJECT) {
      return forbidden(signer, "its subject is no consumer");
    }
    if (consumer == null) {
      consumer = consumers.stranger(subject, claims, config.groupsClaim());
    }
    return consumer == null
        ? forbidden(signer, "its subject is the name of a consumer that it is not")
        : admitted(signer, new Identity(consumer, JwtFilter.TYPE.name(), scopes, claims));
  }

  private Verified admitted(VerificationKey signer, Identity identity) {
    List<UpstreamIdentity.Field> fields = new ArrayList<>(config.claimsToHeaders().size());
    config
        .claimsToHeaders()
        .forEach(
            (claim, header) ->
                fields.add(
                    new UpstreamIdentity.Field(header, FieldText.of(identity.claim(claim)))));
    return new Verified.Admitted(signer, new UpstreamIdentity(identity, fields));
  }

  private Verified forbidden(VerificationKey signer, String detail) {
    return new Verified.Forbidden(signer, bearer.refuse(new Refusal(Reason.SCOPE, detail)));
  }
}
