package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A key of Consul's key-value store. */
@Describe("A key of Consul that holds configuration for any number of gateways; writable.")
@Shorthand("url")
public record ConsulSourceConfig(
    @Describe("Address of an agent.") @Default("http://127.0.0.1:8500") URI url,
    @Describe("The key that holds the document.") @Default("yumen/config") String key,
    @Describe("ACL token; rather ${file:…} than here.") @Nullable @Secret String token,
    @Describe("Datacenter, instead of the agent's own.") @Nullable String datacenter,
    @Describe("Whom to trust, and what to show, at an https address.")
        @Nullable SourceTlsConfig tls,
    @Describe("For one call, from when it is made.") @Default("5s") Duration timeout) {

  public ConsulSourceConfig {
    SourceChecks.server("url", url);
    if (!key.matches("[!-~]{1,200}") || key.startsWith("/") || key.endsWith("/")) {
      throw new InvalidValue(
          "key", key, "1 to 200 visible ASCII characters, neither the first nor the last a /");
    }
    if (datacenter != null && !datacenter.matches("[A-Za-z0-9_-]{1,100}")) {
      throw new InvalidValue("datacenter", datacenter, "letters, digits, - and _");
    }
    SourceChecks.fieldValue("token", token);
    SourceChecks.tls(tls, "url", List.of(url));
    SourceChecks.timeout(timeout);
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "consul " + url + " " + key + (datacenter == null ? "" : " in " + datacenter);
  }
}
