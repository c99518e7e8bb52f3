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

/** A configuration of Nacos. */
@Describe("A configuration of Nacos 2 that any number of gateways follow; writable.")
@Shorthand("url")
public record NacosSourceConfig(
    @Describe("Address of a server, with its context path.") @Default("http://127.0.0.1:8848/nacos")
        URI url,
    @Describe("Id of the namespace; `public` without it.") @Nullable String namespace,
    @Describe("Group of the configuration.") @Default("DEFAULT_GROUP") String group,
    @Describe("Id of the configuration.") @Default("yumen.yaml") String dataId,
    @Describe("User to log in as.") @Nullable String username,
    @Describe("Password to log in with; rather ${file:…} than here.") @Nullable @Secret
        String password,
    @Describe("Whom to trust, and what to show, at an https address.")
        @Nullable SourceTlsConfig tls,
    @Describe("For one call, from when it is made.") @Default("5s") Duration timeout) {

  private static final String NAME = "[A-Za-z0-9_.:-]{1,128}";

  public NacosSourceConfig {
    SourceChecks.server("url", url);
    if (namespace != null) {
      name("namespace", namespace);
    }
    name("group", group);
    name("data-id", dataId);
    SourceChecks.login(username, password);
    SourceChecks.tls(tls, "url", List.of(url));
    SourceChecks.timeout(timeout);
  }

  private static void name(String component, String value) {
    if (!value.matches(NAME)) {
      throw new InvalidValue(component, value, "at most 128 letters, digits and _ . : -");
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "nacos "
        + url
        + " "
        + group
        + " "
        + dataId
        + (username == null ? "" : " as " + username);
  }
}
