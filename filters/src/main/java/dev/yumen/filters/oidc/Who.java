package dev.yumen.filters.oidc;

import dev.yumen.api.Consumer;
import dev.yumen.api.FilterContext;
import dev.yumen.api.Identity;
import dev.yumen.filters.auth.FieldText;
import dev.yumen.filters.auth.UpstreamIdentity;
import dev.yumen.filters.jwt.IssuerTokens;
import dev.yumen.filters.jwt.JwtConsumers;
import dev.yumen.filters.jwt.JwtFilter.Unknown;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who somebody is that a session is about. */
final class Who {
  private final OidcLoginFilter.Config config;
  private final JwtConsumers consumers;

  Who(OidcLoginFilter.Config config, FilterContext context) {
    this.config = config;
    consumers = new JwtConsumers(context.consumers());
  }

  /** Null when it is nobody who may come in. */
  @Nullable UpstreamIdentity of(Session session) {
    Map<String, Object> claims = IssuerTokens.claims(session.idToken());
    if (claims == null
        || !(Identity.claim(claims, config.consumerClaim()) instanceof String subject)) {
      return null;
    }
    Consumer consumer = consumers.find(subject, claims);
    if (consumer == null && config.unknown() == Unknown.ACCEPT) {
      consumer = consumers.stranger(subject, claims, config.groupsClaim());
    }
    return consumer == null ? null : told(consumer, claims, session);
  }

  private UpstreamIdentity told(Consumer consumer, Map<String, Object> claims, Session session) {
    Identity identity =
        new Identity(
            consumer,
            OidcLoginFilter.TYPE.name(),
            new HashSet<>(Identity.words(session.scope())),
            claims);
    List<UpstreamIdentity.Field> fields = new ArrayList<>();
    config
        .claimsToHeaders()
        .forEach(
            (claim, header) ->
                fields.add(
                    new UpstreamIdentity.Field(header, FieldText.of(identity.claim(claim)))));
    if (config.relayToken()) {
      fields.add(new UpstreamIdentity.Field("Authorization", "Bearer " + session.accessToken()));
    }
    return new UpstreamIdentity(identity, fields);
  }
}
