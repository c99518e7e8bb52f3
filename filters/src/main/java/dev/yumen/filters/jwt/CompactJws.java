package dev.yumen.filters.jwt;

import dev.yumen.filters.jwt.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A signed token in its compact form (RFC 7515 §7.1) that can be read in one way only. Nothing in
 * it is proven yet. Header parameters that bring keys along ({@code jwk}, {@code jku}, {@code x5c},
 * {@code x5u}) are not looked at.
 *
 * @param keyId null when it names no key
 * @param type the parameter {@code typ}
 * @param signedLength how many characters of the token are signed
 */
record CompactJws(
    String token,
    Algorithm algorithm,
    @Nullable String keyId,
    @Nullable String type,
    Map<String, Object> claims,
    int signedLength,
    byte[] signature)
    implements Parsed {

  /**
   * Parameters that change what is signed or what it means: {@code crit} names extensions that must
   * be understood, of which there are none here (RFC 7515 §4.1.11); {@code b64} is RFC 7797, the
   * others belong to encryption, and compressed content is a bomb.
   */
  private static final List<String> NOT_UNDERSTOOD =
      List.of("crit", "b64", "enc", "zip", "epk", "p2c", "p2s");

  private static final int MOST_KEY_ID = 256;

  /** Bits that the last character of a group must not have, by the length of that group. */
  private static final int[] SPARE_BITS = {0, 0, 15, 3};

  static Parsed parse(String token) {
    int first = token.indexOf('.');
    int second = first < 0 ? -1 : token.indexOf('.', first + 1);
    if (second < 0 || token.indexOf('.', second + 1) >= 0) {
      return form("not three parts");
    }
    byte[] header = decode(token, 0, first);
    byte[] payload = decode(token, first + 1, second);
    byte[] signature = decode(token, second + 1, token.length());
    if (header == null || payload == null || signature == null) {
      return form("a part is not canonical base64url");
    }
    Map<String, Object> parameters = Json.object(header);
    Map<String, Object> claims = Json.object(payload);
    if (parameters == null || claims == null) {
      return form((parameters == null ? "the header is" : "the claims are") + " no JSON object");
    }
    Refusal strange = strange(parameters);
    if (strange != null) {
      return strange;
    }
    Algorithm algorithm = Algorithm.named(parameters.get("alg"));
    if (algorithm == null) {
      return new Refusal(Reason.ALGORITHM, "no algorithm that is known");
    }
    if (signature.length == 0) {
      return new Refusal(Reason.SIGNATURE, "no signature");
    }
    return new CompactJws(
        token,
        algorithm,
        (String) parameters.get("kid"),
        (String) parameters.get("typ"),
        claims,
        second,
        signature);
  }

  private static Refusal form(String detail) {
    return new Refusal(Reason.FORM, detail);
  }

  private static @Nullable Refusal strange(Map<String, Object> parameters) {
    for (String name : NOT_UNDERSTOOD) {
      if (parameters.containsKey(name)) {
        return form("the header has " + name);
      }
    }
    for (String name : List.of("kid", "typ", "cty")) {
      Object value = parameters.get(name);
      if (value != null && !(value instanceof String text && text.length() <= MOST_KEY_ID)) {
        return form(name + " is not a short text");
      }
    }
    return parameters.get("cty") instanceof String content && content.equalsIgnoreCase("JWT")
        ? form("a token inside of the token")
        : null;
  }

  /** Base64url without padding, and only in the one form that encoders write (RFC 7515 §2). */
  private static byte @Nullable [] decode(String text, int start, int end) {
    int tail = (end - start) & 3;
    if (tail == 1) {
      return null;
    }
    int value = 0;
    for (int i = start; i < end; i++) {
      value = value(text.charAt(i));
      if (value < 0) {
        return null;
      }
    }
    if ((value & SPARE_BITS[tail]) != 0) {
      return null;
    }
    return Base64.getUrlDecoder().decode(text.substring(start, end));
  }

  private static int value(char c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
  }

  /** What the signature is over. */
  byte[] signed() {
    return token.substring(0, signedLength).getBytes(StandardCharsets.US_ASCII);
  }
}
