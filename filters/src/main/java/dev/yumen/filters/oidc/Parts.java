package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.jwt.IssuerTokens;
import dev.yumen.filters.jwt.Jwks;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What every part of a filter asks and keeps things with.
 *
 * @param vault null while sessions are in cookies
 */
record Parts(
    Fetcher fetcher,
    Memory memory,
    Provider provider,
    TokenEndpoint tokens,
    IssuerTokens idTokens,
    IssuerTokens logoutTokens,
    SealedCookies cookies,
    Endings endings,
    @Nullable SessionVault vault,
    InstantSource clock) {

  static Parts of(OidcLoginFilter.Config config, FilterContext context) {
    Jwks fetching = config.fetching();
    Fetcher fetcher = Fetcher.of(context, fetching.ca());
    String issuer = config.issuer();
    String client = config.clientId();
    Sealer sealer = new Sealer(config.cookieSecret(), "yumen oidc-login " + issuer + " " + client);
    Memory memory = Memory.of(context, issuer, client);
    SessionVault vault = SessionVault.of(config, context);
    return new Parts(
        fetcher,
        memory,
        Provider.of(context, issuer, fetching),
        new TokenEndpoint(fetcher, config),
        IssuerTokens.of(context, issuer, client, config.consumerClaim(), fetching),
        IssuerTokens.ofLogouts(context, issuer, client, fetching),
        new SealedCookies(sealer, config.cookie()),
        vault == null ? new LocalEndings(memory, config, context.clock()) : vault.endings(),
        vault,
        context.clock());
  }
}
