package dev.yumen.filters.jwt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens and keys as an issuer does, good ones and others, with nothing but the JDK. */
final class Tokens {
  static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  static final KeyPair RSA = pair("RSA", "2048");
  static final KeyPair P256 = pair("EC", "secp256r1");
  static final KeyPair P384 = pair("EC", "secp384r1");
  static final KeyPair P521 = pair("EC", "secp521r1");
  static final KeyPair ED25519 = pair("Ed25519", "");

  private Tokens() {}

  static KeyPair pair(String kind, String size) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      if (kind.equals("RSA")) {
        generator.initialize(Integer.parseInt(size));
      } else if (kind.equals("EC")) {
        generator.initialize(new ECGenParameterSpec(size));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Claims of ann that are good for an hour, with these members behind them. */
  static String claims(String more) {
    long exp = Instant.now().getEpochSecond() + 3600;
    return "{\"sub\":\"ann\",\"exp\":" + exp + (more.isEmpty() ? "" : "," + more) + "}";
  }

  /** A good token of the secret. */
  static String hs256(String more) {
    return hmac("{\"alg\":\"HS256\"}", claims(more), SECRET.getBytes(UTF_8));
  }

  static String hmac(String header, String claims, byte[] secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      String signed = part(header) + "." + part(claims);
      return signed + "." + part(mac.doFinal(signed.getBytes(US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** A token of this algorithm by the right kind of key. */
  static String signed(String algorithm, String moreHeader, String claims, PrivateKey key) {
    String header =
        "{\"alg\":\"" + algorithm + "\"" + (moreHeader.isEmpty() ? "" : "," + moreHeader) + "}";
    String signed = part(header) + "." + part(claims);
    return signed + "." + part(signature(jca(algorithm), signed, key));
  }

  static byte[] signature(String jca, String signed, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance(jca);
      signature.initSign(key);
      if (jca.equals("RSASSA-PSS")) {
        signature.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      }
      signature.update(signed.getBytes(US_ASCII));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String jca(String algorithm) {
    return switch (algorithm) {
      case "RS256" -> "SHA256withRSA";
      case "RS512" -> "SHA512withRSA";
      case "PS256" -> "RSASSA-PSS";
      case "ES256" -> "SHA256withECDSAinP1363Format";
      case "ES384" -> "SHA384withECDSAinP1363Format";
      case "ES512" -> "SHA512withECDSAinP1363Format";
      case "EdDSA", "Ed25519" -> "Ed25519";
      default -> throw new AssertionError(algorithm);
    };
  }

  static String part(String text) {
    return part(text.getBytes(UTF_8));
  }

  static String part(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** A set of public keys. */
  static String set(String... jwks) {
    return "{\"keys\":[" + String.join(",", jwks) + "]}";
  }

  /** The public key as a JWK with an id. */
  static String jwk(String id, PublicKey key) {
    String members =
        switch (key) {
          case RSAPublicKey rsa ->
              "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\""
                  .formatted(
                      number(rsa.getModulus().toByteArray(), 0),
                      number(rsa.getPublicExponent().toByteArray(), 0));
          case ECPublicKey ec -> {
            int bits = ec.getParams().getCurve().getField().getFieldSize();
            int bytes = (bits + 7) / 8;
            yield "\"kty\":\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\""
                .formatted(
                    bits,
                    number(ec.getW().getAffineX().toByteArray(), bytes),
                    number(ec.getW().getAffineY().toByteArray(), bytes));
          }
          case EdECPublicKey edwards -> {
            byte[] der = edwards.getEncoded();
            byte[] raw = Arrays.copyOfRange(der, der.length - 32, der.length);
            yield "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + part(raw) + "\"";
          }
          default -> throw new AssertionError(key);
        };
    return "{\"kid\":\"" + id + "\"," + members + "}";
  }

  /** Big-endian without sign, of this length; 0 for the shortest. */
  private static String number(byte[] signed, int length) {
    int from = signed[0] == 0 && signed.length > 1 ? 1 : 0;
    byte[] bytes = Arrays.copyOfRange(signed, from, signed.length);
    byte[] filled = new byte[Math.max(length, bytes.length)];
    System.arraycopy(bytes, 0, filled, filled.length - bytes.length, bytes.length);
    return part(filled);
  }

  static String pem(PublicKey key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  /** The order of P-256. */
  static byte[] order256() {
    return HexFormat.of()
        .parseHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  }
}
