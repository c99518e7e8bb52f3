package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Secret;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The port for the admin API. */
@Describe("The port for the admin API. Address and enabled take effect with the next start.")
public record AdminConfig(
    @Describe("Address and port to listen on; tokens are needed when others can reach it.")
        @Default("127.0.0.1:9901")
        Address address,
    @Describe("Whether the port is opened at all.") @Default("true") boolean enabled,
    @Describe("TLS towards those who ask; without it they speak plain HTTP.")
        @Nullable ListenerTlsConfig tls,
    @Describe("Names that it is reached by, besides IP addresses and localhost.")
        List<String> hosts,
    @Describe("Who may do what; without any, whoever is on this machine may do everything.")
        List<Token> tokens,
    @Describe("Teams whose tokens see and change only what is their own.")
        List<WorkspaceConfig> workspaces,
    @Describe("Longest body of a request.") @Default("32MiB") DataSize maxBody) {

  /** What the address is as long as nothing is written. */
  public static final Address DEFAULT_ADDRESS = new Address("127.0.0.1", 9901);

  private static final int LEAST_TOKEN = 16;

  /** One who is known by a token. */
  @Describe("Someone who is known by a token, sent as Authorization: Bearer.")
  public record Token(
      @Describe("Who it is, as it stands in the audit log and in the history.") String name,
      @Describe("The token, at least 16 characters; rather ${file:…} than here.") @Secret
          String token,
      @Describe("What it allows.") @Default("viewer") Role role,
      @Describe("Name of the workspace that it is for; without it, it is for the whole gateway.")
          @Nullable String workspace) {
    public Token {
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}")) {
        throw new InvalidValue("name", name, "letters, digits, space and . _ @ -, at most 64");
      }
      if (!token.matches("[!-~]{" + LEAST_TOKEN + ",512}")) {
        throw InvalidValue.found("token", "what is written", "16 to 512 visible ASCII characters");
      }
    }

    /** Without the token. */
    @Override
    public String toString() {
      return name + " (" + role.name().toLowerCase(Locale.ROOT) + ")";
    }
  }

  /** What someone may do; each may do what those before it may. */
  public enum Role {
    /** Look at everything but secrets. */
    VIEWER,
    /** Ask what becomes of requests, and read the configuration again. */
    OPERATOR,
    /** Change everything. */
    ADMIN
  }

  public AdminConfig {
    hosts = List.copyOf(hosts);
    tokens = List.copyOf(tokens);
    workspaces = List.copyOf(workspaces);
    for (String host : hosts) {
      if (!host.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")) {
        throw new InvalidValue("hosts", host, "a name without port, such as admin.example.com");
      }
    }
    Set<String> names = new HashSet<>();
    Set<String> secrets = new HashSet<>();
    for (Token token : tokens) {
      if (!names.add(token.name())) {
        throw InvalidValue.found("tokens", "two of the name " + token.name(), "another name");
      }
      if (!secrets.add(token.token())) {
        throw InvalidValue.found("tokens", "a token that is written twice", "one for each name");
      }
    }
    checkWorkspaces(workspaces, tokens);
    if (enabled && tokens.isEmpty() && !isLoopback(address)) {
      throw InvalidValue.found(
          "tokens", "none", "at least one, as others than this machine can reach " + address);
    }
    if (maxBody.bytes() < 1024 || maxBody.bytes() > 64L << 20) {
      throw new InvalidValue("max-body", maxBody, "1KiB to 64MiB");
    }
  }

  private static void checkWorkspaces(List<WorkspaceConfig> workspaces, List<Token> tokens) {
    List<String> names = workspaces.stream().map(WorkspaceConfig::name).toList();
    for (int i = 0; i < workspaces.size(); i++) {
      if (names.indexOf(names.get(i)) < i) {
        throw InvalidValue.found("workspaces", "two of the name " + names.get(i), "another name");
      }
      for (int j = 0; j < i; j++) {
        checkApart(workspaces.get(j), workspaces.get(i));
      }
    }
    for (Token token : tokens) {
      if (token.workspace() != null && !names.contains(token.workspace())) {
        String named = "\"" + token.workspace() + "\" as the workspace of " + token.name();
        throw names.isEmpty()
            ? InvalidValue.found("workspaces", "none", named)
            : InvalidValue.found("tokens", named, "one of " + names);
      }
    }
  }

  /** An object is of one workspace at most, and a request may be taken by routes of one. */
  private static void checkApart(WorkspaceConfig one, WorkspaceConfig other) {
    for (String pattern : one.objects()) {
      for (String another : other.objects()) {
        if (WorkspaceConfig.overlap(pattern, another)) {
          throw InvalidValue.found(
              "workspaces",
              "%s of %s and %s of %s".formatted(pattern, one.name(), another, other.name()),
              "names that are of one workspace only");
        }
      }
    }
    if (one.sharesRequests(other)) {
      throw InvalidValue.found(
          "workspaces",
          "requests that %s and %s both may take".formatted(one.name(), other.name()),
          "paths or hosts of which none is within one of another workspace");
    }
  }

  /** The workspace of this name, or null. */
  public @Nullable WorkspaceConfig workspace(String name) {
    return workspaces.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
  }

  private static boolean isLoopback(Address address) {
    if (address.host().equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(address.host()).isLoopbackAddress();
    } catch (IllegalArgumentException _) {
      return false; // a name
    }
  }
}
