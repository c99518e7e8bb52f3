package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Redis that gateways share, such as for their limits. */
@Describe("A Redis that gateways share, such as for limits that hold for all of them together.")
@Shorthand("nodes")
public record RedisConfig(
    @Describe(
            "Its address; with kind: sentinel those of the sentinels, with kind: cluster those of"
                + " some nodes, which know the others.")
        @OneOrMany
        List<Address> nodes,
    @Describe("One server, a master that sentinels name, or a cluster.") @Default("single")
        Kind kind,
    @Describe("What the sentinels call the master; with kind: sentinel.") @Nullable String master,
    @Describe("User to log in as, instead of `default`.") @Nullable String user,
    @Describe("Password to log in with; rather ${file:…} than here.") @Nullable @Secret
        String password,
    @Describe("Password of the sentinels, if they want one.") @Nullable @Secret
        String sentinelPassword,
    @Describe("Number of the database; a cluster has 0 alone.") @Default("0") int database,
    @Describe("TLS towards the servers, and towards sentinels.") @Default("false")
        UpstreamTlsConfig tls,
    @Describe("For one call, from when it is made; then it counts as failed.") @Default("50ms")
        Duration timeout,
    @Describe("For a connection to be made, with TLS and log-in.") @Default("1s")
        Duration connectTimeout,
    @Describe("Most calls that wait for their answers; more fail at once.") @Default("10000")
        int maxPending) {

  /** What stands behind the addresses. */
  public enum Kind {
    SINGLE,
    SENTINEL,
    CLUSTER
  }

  public RedisConfig {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty()) {
      throw InvalidValue.found("nodes", "no node", "at least one host:port");
    }
    if (kind == Kind.SINGLE && nodes.size() > 1) {
      throw InvalidValue.found(
          "nodes", nodes.size() + " nodes", "one, or kind: sentinel or cluster beside them");
    }
    checkMaster(kind, master);
    if (user != null && password == null) {
      throw new InvalidValue("user", user, "a password beside it");
    }
    if (sentinelPassword != null && kind != Kind.SENTINEL) {
      throw InvalidValue.found("sentinel-password", "one", "kind: sentinel beside it");
    }
    Check.range("database", database, 0, 1_000_000);
    if (kind == Kind.CLUSTER && database != 0) {
      throw new InvalidValue("database", database, "0, the only one that a cluster has");
    }
    Check.range("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
    Check.range("connect-timeout", connectTimeout, Duration.ofMillis(1), Duration.ofMinutes(1));
    Check.range("max-pending", maxPending, 1, 1_000_000);
  }

  private static void checkMaster(Kind kind, @Nullable String master) {
    if (kind == Kind.SENTINEL && (master == null || master.isBlank())) {
      throw InvalidValue.found("master", "no name", "what the sentinels call the master");
    }
    if (kind != Kind.SENTINEL && master != null) {
      throw new InvalidValue("master", master, "kind: sentinel beside it");
    }
  }

  /** A digest of all settings, passwords among them: equal for equal settings, and for no other. */
  public String fingerprint() {
    String all = this + "\n" + user + "\n" + password + "\n" + sentinelPassword;
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without passwords. */
  @Override
  public String toString() {
    return kind
        + (master == null ? " " : " " + master + " of ")
        + nodes
        + (user == null ? "" : " as " + user)
        + (", database " + database)
        + (", timeouts " + timeout + " " + connectTimeout)
        + (", at most " + maxPending + " pending, " + tls);
  }
}
