package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A key of etcd that holds configuration for any number of gateways. */
@Describe("A key of etcd that holds configuration for any number of gateways; writable.")
@Shorthand("endpoints")
public record EtcdSourceConfig(
    @Describe("Client addresses of its members, tried in turn, such as http://127.0.0.1:2379.")
        @OneOrMany
        List<URI> endpoints,
    @Describe("What keys begin with; the document is under `<prefix>/config`.") @Default("/yumen")
        String prefix,
    @Describe("User to log in as.") @Nullable String username,
    @Describe("Password to log in with; rather ${file:…} than here.") @Nullable @Secret
        String password,
    @Describe("Whom to trust, and what to show, at https addresses.") @Nullable SourceTlsConfig tls,
    @Describe("For one call, from when it is made; the next member is tried then.") @Default("5s")
        Duration timeout) {

  public EtcdSourceConfig {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw InvalidValue.found("endpoints", "no address", "at least one");
    }
    endpoints.forEach(endpoint -> SourceChecks.server("endpoints", endpoint));
    if (!prefix.matches("[!-~]{0,200}") || prefix.endsWith("/")) {
      throw new InvalidValue(
          "prefix", prefix, "at most 200 visible ASCII characters, the last not a /");
    }
    SourceChecks.login(username, password);
    SourceChecks.tls(tls, "endpoints", endpoints);
    SourceChecks.timeout(timeout);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "etcd " + endpoints + " " + prefix + (username == null ? "" : " as " + username);
  }
}
