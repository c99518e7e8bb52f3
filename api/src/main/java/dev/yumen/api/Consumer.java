package dev.yumen.api;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A person or program known by name, with the credentials it may show. */
@Describe("A person or program known by name, with the credentials it may show.")
public record Consumer(
    @Describe("Name, unique among consumers; sent upstream as X-Consumer-ID.") String name,
    @Describe("Groups the consumer belongs to; sent upstream as X-Consumer-Groups.")
        List<String> groups,
    @Describe("Free labels for filters and logs.") Map<String, String> tags,
    @Describe("Any one of these proves the identity.") List<Credential> credentials) {

  public Consumer {
    if (name.isBlank()) {
      throw new InvalidValue("name", name, "a name that is not blank");
    }
    groups = List.copyOf(groups);
    tags = Map.copyOf(tags);
    credentials = List.copyOf(credentials);
  }

  /** One credential: exactly one component is set. */
  @Describe("One credential: one of these.")
  public record Credential(
      @Describe("An API key; use ${file:…} or ${NAME} rather than the key itself.") @Secret
          @Nullable String apiKey,
      @Describe("User name and password for basic-auth.") @Nullable Basic basic,
      @Describe(
              "A name in the consumer's certificate, for mtls-auth: a common name, a DNS name, a URI,"
                  + " an address of mail, or the SHA-256 of the certificate.")
          @Nullable String certificate) {

    public Credential {
      long given = Stream.of(apiKey, basic, certificate).filter(Objects::nonNull).count();
      if (given != 1) {
        throw InvalidValue.found(
            "", given == 0 ? "nothing" : "more than one", "api-key, basic or certificate");
      }
      if (certificate != null && certificate.isBlank()) {
        throw new InvalidValue("certificate", certificate, "a name in a certificate");
      }
    }

    @Override
    public String toString() {
      return apiKey != null ? "api-key" : basic != null ? "basic" : "certificate";
    }
  }

  /** User name and password. */
  @Describe("User name and password.")
  public record Basic(
      @Describe("User name; without a colon.") String username,
      @Describe("Password.") @Secret String password) {

    public Basic {
      if (username.isEmpty() || username.indexOf(':') >= 0) {
        throw new InvalidValue("username", username, "a name without a colon");
      }
    }

    @Override
    public String toString() {
      return "basic " + username;
    }
  }
}
