package dev.yumen.filters.jwt;

import static dev.yumen.filters.jwt.JwtFilterTest.assertInvalid;
import static dev.yumen.filters.jwt.JwtFilterTest.bearer;
import static dev.yumen.filters.jwt.Tokens.ED25519;
import static dev.yumen.filters.jwt.Tokens.P256;
import static dev.yumen.filters.jwt.Tokens.P384;
import static dev.yumen.filters.jwt.Tokens.P521;
import static dev.yumen.filters.jwt.Tokens.RSA;
import static dev.yumen.filters.jwt.Tokens.claims;
import static dev.yumen.filters.jwt.Tokens.hmac;
import static dev.yumen.filters.jwt.Tokens.part;
import static dev.yumen.filters.jwt.Tokens.signed;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.LoggerFactory;

/** Every way to forge a token that is known, against a gateway with one key of each kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgedTokensTest {
  private static final KeyPair STRANGER = Tokens.pair("RSA", "2048");
  private static final KeyPair STRANGER_P256 = Tokens.pair("EC", "secp256r1");
  private static final String SET =
      Tokens.set(
          Tokens.jwk("rsa", RSA.getPublic()),
          Tokens.jwk("p256", P256.getPublic()),
          Tokens.jwk("p384", P384.getPublic()),
          Tokens.jwk("p521", P521.getPublic()),
          Tokens.jwk("ed", ED25519.getPublic()));

  private FilterHarness gateway;

  @BeforeAll
  void start() {
    gateway = FilterHarness.of("- jwt: {jwks: {keys: '" + SET + "'}}");
  }

  @AfterAll
  void stop() {
    gateway.close();
  }

  @Test
  void everyKindOfKeyServesItsAlgorithms() {
    String claims = claims("");
    for (String token :
        List.of(
            signed("RS256", "\"kid\":\"rsa\"", claims, RSA.getPrivate()),
            signed("RS512", "", claims, RSA.getPrivate()),
            signed("PS256", "\"kid\":\"rsa\"", claims, RSA.getPrivate()),
            signed("ES256", "\"kid\":\"p256\"", claims, P256.getPrivate()),
            signed("ES384", "", claims, P384.getPrivate()),
            signed("ES512", "\"kid\":\"p521\"", claims, P521.getPrivate()),
            signed("EdDSA", "\"kid\":\"ed\"", claims, ED25519.getPrivate()),
            signed("Ed25519", "", claims, ED25519.getPrivate()))) {
      assertEquals(200, gateway.get("/", bearer(token)).status(), token);
    }
  }

  @Test
  void theLogSaysWhyAndNothingOfTheToken() {
    Logger log = (Logger) LoggerFactory.getLogger("dev.yumen.dataplane.exchange.FailureLog");
    Level before = log.getLevel();
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.DEBUG);
    try {
      String token = signed("RS256", "\"kid\":\"rsa\"", claims(""), STRANGER.getPrivate());
      assertInvalid(gateway.get("/", bearer(token)));
      List<String> said = lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
      assertEquals(1, said.size(), said::toString);
      assertTrue(said.getFirst().endsWith("AUTH_INVALID not signed by the key"), said::toString);
    } finally {
      log.setLevel(before);
      log.detachAppender(lines);
    }
  }

  /** Headers that bring a key along neither help nor hurt. */
  @Test
  void aKeyThatComesAlongIsNotLookedAt() {
    String jwk = "\"jwk\":" + Tokens.jwk("x", STRANGER.getPublic());
    String token = signed("RS256", jwk, claims(""), RSA.getPrivate());
    assertEquals(200, gateway.get("/", bearer(token)).status());
  }

  @TestFactory
  Stream<DynamicTest> forgedTokensAreRefused() {
    Map<String, String> all = new LinkedHashMap<>();
    algorithms(all);
    keysThatComeAlong(all);
    signatures(all);
    forms(all);
    return all.entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> assertForged(entry.getValue())));
  }

  private void assertForged(String token) {
    int before = gateway.forwarded();
    for (int i = 0; i < 2; i++) {
      RawResponse answer = gateway.get("/", bearer(token));
      assertInvalid(answer);
      assertFalse(token.length() > 20 && answer.text().contains(token), answer::text);
    }
    assertEquals(before, gateway.forwarded());
  }

  private static String unsigned(String header) {
    return part(header) + "." + part(claims(""));
  }

  private static void algorithms(Map<String, String> all) {
    for (String none : List.of("none", "None", "NONE", "nOnE", "")) {
      String token = unsigned("{\"alg\":\"" + none + "\"}");
      all.put("CVE-2015-9235 alg " + none + " unsigned", token + ".");
      all.put("alg " + none + " with a signature", token + "." + part("abc"));
    }
    all.put("no alg", unsigned("{\"typ\":\"JWT\"}") + "." + part("abc"));
    all.put("alg null", unsigned("{\"alg\":null}") + "." + part("abc"));
    all.put("alg a list", unsigned("{\"alg\":[\"RS256\"]}") + "." + part("abc"));
    all.put("alg twice", unsigned("{\"alg\":\"RS256\",\"alg\":\"none\"}") + "." + part("a"));
    all.put("alg in lower case", signedAs("rs256", RSA));
    all.put("alg of encryption", unsigned("{\"alg\":\"RSA-OAEP\"}") + "." + part("abc"));
    for (PublicKey key : List.of(RSA.getPublic(), P256.getPublic(), ED25519.getPublic())) {
      String confused = "HS256 by the public key " + key.getAlgorithm();
      String header = "{\"alg\":\"HS256\"}";
      all.put(confused + " as PEM", hmac(header, claims(""), Tokens.pem(key).getBytes(UTF_8)));
      all.put(confused + " as DER", hmac(header, claims(""), key.getEncoded()));
    }
    all.put("HS256 by an empty secret", hmac("{\"alg\":\"HS256\"}", claims(""), new byte[] {0}));
    all.put("RS256 named ES256", signedAs("ES256", RSA));
    all.put("RS256 named PS256", signedAs("PS256", RSA));
    all.put("ES384 with the key of ES256", wrongCurve("ES384", "p256"));
    all.put("ES256 with the key of ES384", wrongCurve("ES256", "p384"));
    all.put("RS256 with the kid of an EC key", kid("RS256", "p256", RSA));
    all.put("by a key of a stranger", kid("RS256", "rsa", STRANGER));
    all.put("by an EC key of a stranger", kid("ES256", "p256", STRANGER_P256));
    for (String kid :
        List.of("../../../../dev/null", "rsa' OR '1'='1", "rsa\\u0000", "", "a".repeat(300))) {
      all.put("kid " + kid, kid("RS256", kid, RSA));
    }
    all.put("kid a number", signed("RS256", "\"kid\":1", claims(""), RSA.getPrivate()));
    all.put("kid an object", signed("RS256", "\"kid\":{}", claims(""), RSA.getPrivate()));
  }

  private static String signedAs(String named, KeyPair pair) {
    String unsigned = unsigned("{\"alg\":\"" + named + "\"}");
    return unsigned + "." + part(Tokens.signature("SHA256withRSA", unsigned, pair.getPrivate()));
  }

  private static String wrongCurve(String algorithm, String kid) {
    KeyPair other = algorithm.equals("ES256") ? P256 : P384;
    return kid(algorithm, kid, other);
  }

  private static String kid(String algorithm, String kid, KeyPair pair) {
    return signed(algorithm, "\"kid\":\"" + kid + "\"", claims(""), pair.getPrivate());
  }

  private static void keysThatComeAlong(Map<String, String> all) {
    String jwk = Tokens.jwk("rsa", STRANGER.getPublic());
    String der = Base64.getEncoder().encodeToString(STRANGER.getPublic().getEncoded());
    for (String header :
        List.of(
            "\"jwk\":" + jwk,
            "\"kid\":\"rsa\",\"jwk\":" + jwk,
            "\"jku\":\"https://evil.example/keys\"",
            "\"x5u\":\"https://evil.example/cert\"",
            "\"x5c\":[\"" + der + "\"]")) {
      String name = "CVE-2018-0114 " + header.substring(0, 6);
      all.put(name + all.size(), signed("RS256", header, claims(""), STRANGER.getPrivate()));
    }
    for (String header :
        List.of(
            "\"crit\":[\"exp\"],\"exp\":1",
            "\"crit\":[]",
            "\"crit\":\"b64\"",
            "\"crit\":[\"b64\"],\"b64\":true",
            "\"b64\":false",
            "\"zip\":\"DEF\"",
            "\"enc\":\"A256GCM\"",
            "\"p2c\":2147483647",
            "\"cty\":\"JWT\"")) {
      all.put("header " + header, signed("RS256", header, claims(""), RSA.getPrivate()));
    }
  }

  private static void signatures(Map<String, String> all) {
    String unsigned = unsigned("{\"alg\":\"ES256\",\"kid\":\"p256\"}");
    byte[] good = Tokens.signature("SHA256withECDSAinP1363Format", unsigned, P256.getPrivate());
    byte[] der = Tokens.signature("SHA256withECDSA", unsigned, P256.getPrivate());
    byte[] order = Tokens.order256();
    all.put("CVE-2022-21449 r=s=0", unsigned + "." + part(new byte[64]));
    all.put("r=0", unsigned + "." + part(both(new byte[32], Arrays.copyOfRange(good, 32, 64))));
    all.put("s=0", unsigned + "." + part(both(Arrays.copyOf(good, 32), new byte[32])));
    all.put("r=s=n", unsigned + "." + part(both(order, order)));
    all.put("s+n", unsigned + "." + part(both(Arrays.copyOf(good, 32), plusOrder(good))));
    all.put("DER instead of r and s", unsigned + "." + part(der));
    all.put("r alone", unsigned + "." + part(Arrays.copyOf(good, 32)));
    all.put("a byte more", unsigned + "." + part(Arrays.copyOf(good, 65)));
    all.put("no signature", unsigned + ".");
    String rsa = signed("RS256", "", claims(""), RSA.getPrivate());
    all.put("RS256 truncated", rsa.substring(0, rsa.length() - 4));
    String ed = signed("EdDSA", "", claims(""), ED25519.getPrivate());
    int dot = ed.lastIndexOf('.');
    all.put("EdDSA zero", ed.substring(0, dot + 1) + part(new byte[64]));
    String[] parts = rsa.split("\\.", -1);
    all.put("other claims", parts[0] + "." + part(claims("\"x\":1")) + "." + parts[2]);
    all.put("other header", part("{\"alg\":\"RS256\",\"x\":1}") + rsa.substring(rsa.indexOf('.')));
  }

  private static byte[] both(byte[] r, byte[] s) {
    byte[] all = Arrays.copyOf(r, 64);
    System.arraycopy(s, 0, all, 32, 32);
    return all;
  }

  /** s and s+n mean the same number; only the former is in range. */
  private static byte[] plusOrder(byte[] good) {
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(good, 32, 64));
    byte[] sum = s.add(new BigInteger(1, Tokens.order256())).toByteArray();
    return Arrays.copyOfRange(sum, sum.length - 32, sum.length);
  }

  private static void forms(Map<String, String> all) {
    String good = signed("RS256", "\"kid\":\"rsa\"", claims(""), RSA.getPrivate());
    String[] parts = good.split("\\.", -1);
    all.put("one part", parts[0]);
    all.put("two parts", parts[0] + "." + parts[1]);
    all.put("four parts", good + ".");
    all.put("five parts", good + ".a.b");
    all.put("dots", "..");
    all.put("padding", good + "==");
    all.put("padding of the header", parts[0] + "=." + parts[1] + "." + parts[2]);
    all.put("a line end", good + "%0A");
    all.put("a space inside", parts[0] + ". " + parts[1] + "." + parts[2]);
    all.put("two tokens", good + ", " + good);
    all.put("plus and slash", good.substring(0, good.length() - 4) + "+/+/");
    all.put("spare bits", parts[0] + "." + parts[1] + "." + spare(parts[2]));
    all.put("JSON serialisation", "{\"payload\":\"" + parts[1] + "\"}");
    all.put("too long", good(",\"x\":\"" + "a".repeat(7000) + "\""));
    for (String claims :
        List.of(
            "[]",
            "\"ann\"",
            "",
            "{",
            "{}{}",
            "{\"sub\":\"a\",\"sub\":\"b\",\"exp\":4000000000}",
            "{\"sub\":\"a\",\"exp\":1,\"e\\u0078p\":4000000000}",
            "{'sub':'a','exp':4000000000}",
            "{\"sub\":\"a\",\"exp\":4000000000,}",
            "{\"sub\":\"a\",\"exp\":NaN}",
            "{\"sub\":\"a\",\"exp\":4000000000}//",
            "{\"sub\":\"a\",\"exp\":4000000000,\"x\":" + "[".repeat(40) + "]".repeat(40) + "}",
            "{\"sub\":\"a\",\"exp\":4000000000,\"x\":" + "9".repeat(1000) + "}")) {
      String name = "claims " + (claims.length() > 60 ? claims.substring(0, 60) : claims);
      all.put(name, signed("RS256", "", claims, RSA.getPrivate()));
    }
    byte[] latin = "{\"sub\":\"a\u00fc\",\"exp\":4000000000}".getBytes(ISO_8859_1);
    String unsigned = part("{\"alg\":\"RS256\"}") + "." + part(latin);
    all.put(
        "claims that are not UTF-8",
        unsigned + "." + part(Tokens.signature("SHA256withRSA", unsigned, RSA.getPrivate())));
  }

  private static String good(String more) {
    String claims = "{\"sub\":\"a\",\"exp\":4000000000" + more + "}";
    return signed("RS256", "", claims, RSA.getPrivate());
  }

  /** The same bytes in another spelling: 256 bytes end in a character with four spare bits. */
  private static String spare(String signature) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char last = signature.charAt(signature.length() - 1);
    char other = alphabet.charAt(alphabet.indexOf(last) | 1);
    return signature.substring(0, signature.length() - 1) + other;
  }
}
