package dev.yumen.filters.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes keys of what configurations and providers write, and leaves out what is not safe to use.
 */
final class KeyReader {
  private static final int LEAST_RSA_BITS = 2_048;
  private static final int MOST_RSA_BITS = 8_192;
  private static final int MOST_KEYS = 64;
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  /** What stands before the bytes of a key in its X.509 form (RFC 8410 §4). */
  private static final Map<Curve, String> EDWARDS_PREFIX =
      Map.of(
          Curve.Ed25519, "302a300506032b6570032100",
          Curve.Ed448, "3043300506032b6571033a00");

  private final Set<Algorithm> allowed;

  /**
   * @param allowed algorithms that the configuration names; empty for every one that fits a key
   */
  KeyReader(Set<Algorithm> allowed) {
    this.allowed = allowed;
  }

  /** A secret as text; null when it is too short for every algorithm that is allowed. */
  @Nullable VerificationKey secret(String text) {
    byte[] secret = text.getBytes(StandardCharsets.UTF_8);
    try {
      return secret(null, secret, null);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable VerificationKey secret(
      @Nullable String id, byte[] secret, @Nullable Algorithm only) throws JOSEException {
    Set<Algorithm> fitting = fitting(Algorithm.Kind.SECRET, only);
    fitting.removeIf(algorithm -> secret.length < algorithm.bytes());
    String fingerprint = HexFormat.of().formatHex(secret);
    return fitting.isEmpty() ? null : VerificationKey.of(id, fitting, fingerprint, secret);
  }

  /** A public key or a certificate as PEM; null when it is none, or of no use. */
  @Nullable VerificationKey pem(String text) {
    Matcher pem = PEM.matcher(text.strip());
    if (!pem.matches()) {
      return null;
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
      PublicKey key =
          pem.group(1).equals("CERTIFICATE")
              ? CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der))
                  .getPublicKey()
              : publicKey(der);
      return key == null ? null : key(null, key, null);
    } catch (GeneralSecurityException | JOSEException | IllegalArgumentException _) {
      return null;
    }
  }

  private static @Nullable PublicKey publicKey(byte[] der) {
    for (String kind : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(der));
      } catch (GeneralSecurityException _) {
        // A key of another kind, perhaps.
      }
    }
    return null;
  }

  /**
   * A JWK or a JWK set (RFC 7517) of the configuration, in which secrets may stand.
   *
   * @return empty when no key is of use; null when it is neither
   */
  @Nullable List<VerificationKey> inline(String json) {
    Map<String, Object> object = Json.object(json);
    if (object == null) {
      return null;
    }
    return object.containsKey("kty") ? keys(List.of(object), true) : set(object, true);
  }

  /**
   * The set of a provider: what everybody may read, so secrets are left out.
   *
   * @return as {@link #inline}
   */
  @Nullable List<VerificationKey> published(byte[] json) {
    Map<String, Object> object = Json.object(json);
    return object == null ? null : set(object, false);
  }

  private @Nullable List<VerificationKey> set(Map<String, Object> object, boolean secrets) {
    return object.get("keys") instanceof List<?> list ? keys(list, secrets) : null;
  }

  private List<VerificationKey> keys(List<?> list, boolean secrets) {
    List<VerificationKey> keys = new ArrayList<>();
    for (Object item : list) {
      if (item instanceof Map<?, ?> map && keys.size() < MOST_KEYS) {
        VerificationKey key = key(map, secrets);
        if (key != null) {
          keys.add(key);
        }
      }
    }
    return keys;
  }

  private @Nullable VerificationKey key(Map<?, ?> members, boolean secrets) {
    try {
      Map<String, Object> copy = new HashMap<>();
      members.forEach((name, value) -> copy.put((String) name, value));
      JWK jwk = JWK.parse(copy);
      return isForSignatures(jwk) ? key(jwk, secrets) : null;
    } catch (ParseException | JOSEException | GeneralSecurityException | RuntimeException _) {
      // The library throws several kinds for what makes no sense; such a key is left out.
      return null;
    }
  }

  private static boolean isForSignatures(JWK jwk) {
    boolean use = jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE);
    Set<KeyOperation> operations = jwk.getKeyOperations();
    return use && (operations == null || operations.contains(KeyOperation.VERIFY));
  }

  private @Nullable VerificationKey key(JWK jwk, boolean secrets)
      throws JOSEException, GeneralSecurityException {
    String id = jwk.getKeyID();
    Algorithm only = null;
    if (jwk.getAlgorithm() != null) {
      only = Algorithm.named(jwk.getAlgorithm().getName());
      if (only == null) {
        return null;
      }
    }
    return switch (jwk) {
      case RSAKey rsa -> key(id, rsa.toRSAPublicKey(), only);
      case ECKey ec -> key(id, ec.toECPublicKey(), only);
      case OctetKeyPair pair -> edwards(id, pair, only);
      case OctetSequenceKey secret -> secrets ? secret(id, secret.toByteArray(), only) : null;
      default -> null;
    };
  }

  private @Nullable VerificationKey edwards(
      @Nullable String id, OctetKeyPair pair, @Nullable Algorithm only)
      throws GeneralSecurityException, JOSEException {
    String prefix = EDWARDS_PREFIX.get(pair.getCurve());
    if (prefix == null) {
      return null;
    }
    String der = prefix + HexFormat.of().formatHex(pair.getDecodedX());
    PublicKey key =
        KeyFactory.getInstance("EdDSA")
            .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(der)));
    return key(id, key, only);
  }

  private @Nullable VerificationKey key(
      @Nullable String id, PublicKey key, @Nullable Algorithm only) throws JOSEException {
    String fingerprint = HexFormat.of().formatHex(key.getEncoded());
    Set<Algorithm> fitting = fitting(kind(key), only);
    fitting.removeIf(algorithm -> !fits(algorithm, key));
    if (fitting.isEmpty()) {
      return null;
    }
    return switch (key) {
      case RSAPublicKey rsa -> VerificationKey.of(id, fitting, fingerprint, rsa);
      case ECPublicKey ec -> VerificationKey.of(id, fitting, fingerprint, ec);
      default -> VerificationKey.ofEdwards(id, fitting, fingerprint, key);
    };
  }

  /** Null for a key that signs nothing here. */
  private static Algorithm.@Nullable Kind kind(PublicKey key) {
    return switch (key) {
      case RSAPublicKey _ -> Algorithm.Kind.RSA;
      case ECPublicKey _ -> Algorithm.Kind.EC;
      case EdECPublicKey _ -> Algorithm.Kind.EDWARDS;
      default -> null;
    };
  }

  private static boolean fits(Algorithm algorithm, PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> {
        int bits = rsa.getModulus().bitLength();
        yield bits >= LEAST_RSA_BITS && bits <= MOST_RSA_BITS;
      }
      case ECPublicKey ec -> {
        int bits = ec.getParams().getCurve().getField().getFieldSize();
        yield algorithm.bytes() == (bits + 7) / 8;
      }
      case EdECPublicKey edwards ->
          algorithm != Algorithm.ED25519
              || edwards.getParams().getName().equals(Curve.Ed25519.getName());
      default -> false;
    };
  }

  private Set<Algorithm> fitting(Algorithm.@Nullable Kind kind, @Nullable Algorithm only) {
    Set<Algorithm> fitting = EnumSet.allOf(Algorithm.class);
    fitting.removeIf(
        algorithm ->
            algorithm.kind() != kind
                || (only != null && algorithm != only)
                || !(allowed.isEmpty() || allowed.contains(algorithm)));
    return fitting;
  }
}
