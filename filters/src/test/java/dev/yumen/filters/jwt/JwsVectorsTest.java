package dev.yumen.filters.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** The examples of RFC 7515, 7520 and 8037: who reads them as others do accepts them all. */
class JwsVectorsTest {

  record Vector(String source, Algorithm algorithm, Map<?, ?> key, String token) {
    static Vector of(Map<?, ?> members) {
      return new Vector(
          text(members, "source"),
          Algorithm.parse(text(members, "algorithm")),
          (Map<?, ?>) Objects.requireNonNull(members.get("key")),
          text(members, "token"));
    }

    private static String text(Map<?, ?> members, String name) {
      return Objects.toString(members.get(name));
    }

    /** Their content is not always JSON, so what the filter would read is made here. */
    CompactJws jws(byte[] signature) {
      int end = token.lastIndexOf('.');
      return new CompactJws(
          token, algorithm, (String) key.get("kid"), null, Map.of(), end, signature);
    }

    byte[] signature() {
      return Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1));
    }

    VerificationKey verificationKey(Set<Algorithm> allowed) {
      String json = new JsonMapper().writeValueAsString(key);
      List<VerificationKey> keys = new KeyReader(allowed).inline(json);
      return Objects.requireNonNull(keys).getFirst();
    }

    @Override
    public String toString() {
      return source + " " + algorithm;
    }
  }

  static List<Vector> vectors() throws IOException {
    try (InputStream file = JwsVectorsTest.class.getResourceAsStream("/jws-vectors.json")) {
      Map<String, Object> read = Json.object(Objects.requireNonNull(file).readAllBytes());
      Object vectors = Objects.requireNonNull(read).get("vectors");
      return ((List<?>) Objects.requireNonNull(vectors))
          .stream().map(vector -> Vector.of((Map<?, ?>) vector)).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void theExampleIsSignedByItsKey(Vector vector) {
    assertTrue(vector.verificationKey(Set.of()).verifies(vector.jws(vector.signature())));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void noBitOfTheSignatureMayBeAnother(Vector vector) {
    VerificationKey key = vector.verificationKey(Set.of());
    byte[] signature = vector.signature();
    for (int i = 0; i < signature.length; i += 7) {
      signature[i] ^= 1;
      assertFalse(key.verifies(vector.jws(signature)), "byte " + i);
      signature[i] ^= 1;
    }
    assertFalse(key.verifies(vector.jws(new byte[signature.length])));
    assertFalse(key.verifies(vector.jws(new byte[0])));
    assertFalse(key.verifies(vector.jws(Arrays.copyOf(signature, signature.length - 1))));
    assertFalse(key.verifies(vector.jws(Arrays.copyOf(signature, signature.length + 1))));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void theKeyServesNoAlgorithmOfAnotherKind(Vector vector) {
    VerificationKey key = vector.verificationKey(Set.of());
    assertFalse(key.algorithms().isEmpty());
    for (Algorithm algorithm : key.algorithms()) {
      assertEquals(vector.algorithm.kind(), algorithm.kind());
    }
    assertNotNull(vector.verificationKey(Set.of(vector.algorithm)));
  }
}
