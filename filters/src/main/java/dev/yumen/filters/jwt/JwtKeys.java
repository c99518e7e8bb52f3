package dev.yumen.filters.jwt;

import dev.yumen.api.InvalidValue;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The keys that stand in the configuration itself. */
final class JwtKeys {
  private JwtKeys() {}

  /**
   * Null when keys are to be fetched.
   *
   * @throws InvalidValue when there is no key that could be used
   */
  static @Nullable Keys of(JwtFilter.Config config) {
    KeyReader reader = new KeyReader(Set.copyOf(config.algorithm()));
    if (config.secret() != null) {
      fitting(
          config, true, "with secret", "HS256, HS384 or HS512, or public-key instead of secret");
      return one(
          reader.secret(config.secret()),
          "secret",
          "at least 32 bytes for HS256, 48 for HS384, 64 for HS512");
    }
    if (config.publicKey() != null) {
      fitting(
          config,
          false,
          "with public-key",
          "an algorithm of public keys such as RS256, or secret instead of public-key");
      return one(
          reader.pem(config.publicKey()),
          "public-key",
          "a public key or certificate as PEM, RSA of 2048 bits or more, P-256, P-384, P-521 or"
              + " Ed25519, that fits algorithm");
    }
    if (config.jwks().keys() != null) {
      List<VerificationKey> keys = reader.inline(config.jwks().keys());
      if (keys == null || keys.isEmpty()) {
        throw unusable("jwks.keys", "a JWK or a JWK set with a key that fits algorithm");
      }
      return new Keys(keys);
    }
    return null;
  }

  /** Refuses algorithms none of which is for keys of this kind. */
  private static void fitting(
      JwtFilter.Config config, boolean secret, String beside, String expected) {
    boolean fits =
        config.algorithm().isEmpty()
            || config.algorithm().stream()
                .anyMatch(algorithm -> (algorithm.kind() == Algorithm.Kind.SECRET) == secret);
    if (!fits) {
      String names =
          config.algorithm().stream().map(Algorithm::toString).collect(Collectors.joining(", "));
      throw InvalidValue.found("algorithm", names + " " + beside, expected);
    }
  }

  private static Keys one(@Nullable VerificationKey key, String setting, String expected) {
    if (key == null) {
      throw unusable(setting, expected);
    }
    return new Keys(List.of(key));
  }

  private static InvalidValue unusable(String setting, String expected) {
    return InvalidValue.found(setting, "no key that can be used", expected);
  }
}
