package dev.yumen.filters.oidc;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.jwt.IssuerTokens;
import dev.yumen.filters.jwt.Jwks;

/** What every part of a filter asks and keeps things with. */
record Parts(
    Fetcher fetcher,
    Memory memory,
    Provider provider,
    TokenEndpoint tokens,
    IssuerTokens idTokens,
    IssuerTokens logoutTokens,
    SealedCookies cookies) {

  static Parts of(OidcLoginFilter.Config config, FilterContext context) {
    Jwks fetching = config.fetching();
    Fetcher fetcher = Fetcher.of(context, fetching.ca());
    String issuer = config.issuer();
    String client = config.clientId();
    Sealer sealer = new Sealer(config.cookieSecret(), "yumen oidc-login " + issuer + " " + client);
    return new Parts(
        fetcher,
        Memory.of(context, issuer, client),
        Provider.of(context, issuer, fetching),
        new TokenEndpoint(fetcher, config),
        IssuerTokens.of(context, issuer, client, config.consumerClaim(), fetching),
        IssuerTokens.ofLogouts(context, issuer, client, fetching),
        new SealedCookies(sealer, config.cookie()));
  }
}
