package dev.yumen.filters.jwt;

import com.nimbusds.jose.JWSAlgorithm;
import dev.yumen.api.ConfigType;
import dev.yumen.api.InvalidValue;
import org.jspecify.annotations.Nullable;

/** How a token may be signed (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2). */
@ConfigType(
    expected =
        "HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA or"
            + " Ed25519",
    examples = {"RS256", "ES256", "EdDSA", "HS256"})
public enum Algorithm {
  HS256(Kind.SECRET, 32),
  HS384(Kind.SECRET, 48),
  HS512(Kind.SECRET, 64),
  RS256(Kind.RSA, 256),
  RS384(Kind.RSA, 256),
  RS512(Kind.RSA, 256),
  PS256(Kind.RSA, 256),
  PS384(Kind.RSA, 256),
  PS512(Kind.RSA, 256),
  ES256(Kind.EC, 32),
  ES384(Kind.EC, 48),
  ES512(Kind.EC, 66),
  /** Ed25519 and Ed448 under the name that came first. */
  EDDSA(Kind.EDWARDS, 32),
  ED25519(Kind.EDWARDS, 32);

  /** What kind of key an algorithm needs; no key is of two kinds. */
  enum Kind {
    SECRET,
    RSA,
    EC,
    EDWARDS
  }

  private final Kind kind;
  private final int bytes;

  @SuppressWarnings("ImmutableEnumChecker") // it is, without saying so
  private final JWSAlgorithm jose;

  Algorithm(Kind kind, int bytes) {
    this.kind = kind;
    this.bytes = bytes;
    jose =
        new JWSAlgorithm(
            switch (name()) {
              case "EDDSA" -> "EdDSA";
              case "ED25519" -> "Ed25519";
              default -> name();
            });
  }

  Kind kind() {
    return kind;
  }

  /** Least size of a secret (RFC 7518 §3.2) or of an RSA modulus, exact size of a coordinate. */
  int bytes() {
    return bytes;
  }

  JWSAlgorithm jose() {
    return jose;
  }

  /** The one of this name as tokens write it, or null; {@code none} is none. */
  static @Nullable Algorithm named(@Nullable Object name) {
    for (Algorithm algorithm : values()) {
      if (algorithm.jose.getName().equals(name)) {
        return algorithm;
      }
    }
    return null;
  }

  /** The one of this name as configurations write it, which is as tokens do. */
  public static Algorithm parse(String text) {
    Algorithm algorithm = named(text);
    if (algorithm == null) {
      throw new InvalidValue("", text, Algorithm.class.getAnnotation(ConfigType.class).expected());
    }
    return algorithm;
  }

  /** As tokens write it. */
  @Override
  public String toString() {
    return jose.getName();
  }
}
