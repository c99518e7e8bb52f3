package dev.yumen.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
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
    @Describe("What filters go by that have tiers, such as rate-limit, before they look at groups.")
        @Nullable String tier,
    @Describe("How many requests per day or month the filter quota lets through, whatever it says.")
        @Nullable Rate quota,
    @Describe("Any one of these proves the identity.") List<Credential> credentials) {

  public Consumer {
    if (name.isBlank()) {
      throw new InvalidValue("name", name, "a name that is not blank");
    }
    if (tier != null && tier.isBlank()) {
      throw new InvalidValue("tier", tier, "a name that is not blank");
    }
    if (quota != null && !quota.unit().ofCalendar()) {
      throw new InvalidValue(
          "quota", quota.toString(), "a number per day or month, such as 10000/day");
    }
    groups = List.copyOf(groups);
    tags = Map.copyOf(tags);
    credentials = List.copyOf(credentials);
  }

  /** Somebody without tier and quota, such as one whom another party vouches for. */
  public Consumer(
      String name, List<String> groups, Map<String, String> tags, List<Credential> credentials) {
    this(name, groups, tags, null, null, credentials);
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
          @Nullable String certificate,
      @Describe("Whose tokens mean this consumer, for jwt.") @Nullable Jwt jwt,
      @Describe("A secret that requests are signed with, for hmac-auth.") @Nullable Hmac hmac) {

    public Credential {
      long given =
          Stream.of(apiKey, basic, certificate, jwt, hmac).filter(Objects::nonNull).count();
      if (given != 1) {
        throw InvalidValue.found(
            "",
            given == 0 ? "nothing" : "more than one",
            "api-key, basic, certificate, jwt or hmac");
      }
      if (certificate != null && certificate.isBlank()) {
        throw new InvalidValue("certificate", certificate, "a name in a certificate");
      }
    }

    @Override
    public String toString() {
      if (apiKey != null) {
        return "api-key";
      }
      if (basic != null) {
        return "basic";
      }
      return certificate != null ? "certificate" : jwt != null ? "jwt" : "hmac";
    }
  }

  /** User name and password, or what is kept instead of the password. */
  @Describe("User name and password; the password itself or its hash.")
  public record Basic(
      @Describe("User name; without a colon.") String username,
      @Describe("Password; use ${file:…} or ${NAME} rather than the password itself.") @Secret
          @Nullable String password,
      @Describe("Hash of the password by argon2id or bcrypt, as yumen hash-password prints it.")
          @Secret
          @Nullable String passwordHash) {

    public Basic {
      if (username.isEmpty() || username.indexOf(':') >= 0) {
        throw new InvalidValue("username", username, "a name without a colon");
      }
      if ((password == null) == (passwordHash == null)) {
        throw InvalidValue.found(
            "", password == null ? "no password" : "both", "password or password-hash");
      }
    }

    @Override
    public String toString() {
      return "basic " + username;
    }
  }

  /** Whom a verified token has to name. */
  @Shorthand("subject")
  @Describe("Whose tokens mean this consumer.")
  public record Jwt(
      @Describe("What the token says in the claim that jwt looks at, usually sub.") String subject,
      @Describe("Who has to have issued it (iss); by default anybody whose tokens jwt accepts.")
          @Nullable String issuer) {

    public Jwt {
      if (subject.isBlank()) {
        throw new InvalidValue("subject", subject, "a subject that is not blank");
      }
    }
  }

  /** A secret that requests are signed with, and its name. */
  @Describe("A secret that requests are signed with, and its name.")
  public record Hmac(
      @Describe("Names the secret in signatures; unique among consumers.") String keyId,
      @Describe(
              "The secret, at least 32 bytes: text, or base64: and bytes in base64. Use ${file:…} or"
                  + " ${NAME} rather than the secret itself.")
          @Secret
          String secret) {

    private static final int SHORTEST = 32;
    private static final String BASE64 = "base64:";

    public Hmac {
      if (keyId.isEmpty() || keyId.chars().anyMatch(c -> c < ' ' || c > '~')) {
        throw new InvalidValue("key-id", keyId, "visible ASCII characters");
      }
      int bytes = decoded(secret).length;
      if (bytes < SHORTEST) {
        throw InvalidValue.found("secret", bytes + " bytes", "at least " + SHORTEST + " bytes");
      }
    }

    /** The secret's bytes, a copy. */
    public byte[] key() {
      return decoded(secret);
    }

    private static byte[] decoded(String secret) {
      if (!secret.startsWith(BASE64)) {
        return secret.getBytes(StandardCharsets.UTF_8);
      }
      try {
        return Base64.getDecoder().decode(secret.substring(BASE64.length()));
      } catch (IllegalArgumentException _) {
        throw InvalidValue.found("secret", "no base64", "bytes in base64 after base64:");
      }
    }

    @Override
    public String toString() {
      return "hmac " + keyId;
    }
  }
}
