package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An issuer of ES256 tokens that publishes its keys, renews them without notice, and may be down.
 */
final class KeyServer implements AutoCloseable {
  private static final int COORDINATE = 32;

  /** The newest last. */
  private volatile List<Key> keys = List.of();

  private final int port;
  private int made;
  private @Nullable HttpServer server;

  /** One of its keys. */
  record Key(String id, KeyPair pair) {
    /** A token of its own, good for an hour. */
    String token(long number) {
      String header = part("{\"alg\":\"ES256\",\"kid\":\"" + id + "\"}");
      long exp = Instant.now().getEpochSecond() + 3600;
      String claims = part("{\"sub\":\"user-" + number + "\",\"exp\":" + exp + "}");
      String signed = header + "." + claims;
      try {
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(pair.getPrivate());
        signature.update(signed.getBytes(US_ASCII));
        return signed + "." + part(signature.sign());
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }

    private String jwk() {
      var point = ((ECPublicKey) pair.getPublic()).getW();
      return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}"
          .formatted(id, coordinate(point.getAffineX()), coordinate(point.getAffineY()));
    }

    private static String coordinate(BigInteger value) {
      byte[] bytes = value.toByteArray(); // perhaps with a zero for the sign, perhaps short
      byte[] fixed = new byte[COORDINATE];
      int length = Math.min(bytes.length, COORDINATE);
      System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE - length, length);
      return part(fixed);
    }

    private static String part(String text) {
      return part(text.getBytes(US_ASCII));
    }

    private static String part(byte[] bytes) {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
  }

  KeyServer() {
    rotate();
    port = start(0);
  }

  private int start(int wanted) {
    try {
      HttpServer started =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 16);
      started.createContext(
          "/keys",
          exchange -> {
            byte[] set =
                keys.stream()
                    .map(Key::jwk)
                    .collect(Collectors.joining(",", "{\"keys\":[", "]}"))
                    .getBytes(US_ASCII);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, set.length);
            exchange.getResponseBody().write(set);
            exchange.close();
          });
      started.start();
      server = started;
      return started.getAddress().getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + port + "/keys";
  }

  /** Publishes one more key; beside the two before it, for tokens that are still on their way. */
  void rotate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      List<Key> next = new ArrayList<>(keys);
      next.add(new Key("key-" + made++, generator.generateKeyPair()));
      keys = next.size() > 3 ? List.copyOf(next.subList(1, next.size())) : List.copyOf(next);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** The key that signs; every third token is still of the one before. */
  Key signer(long number) {
    List<Key> now = keys;
    boolean older = number % 3 == 0 && now.size() > 1;
    return now.get(now.size() - (older ? 2 : 1));
  }

  void goDown() {
    HttpServer running = server;
    if (running != null) {
      running.stop(0);
      server = null;
    }
  }

  void comeBack() {
    start(port);
  }

  /** Not signed by anybody: what was signed is changed. */
  static String forged(String token, long number) {
    String[] parts = token.split("\\.", -1);
    String claims = Key.part("{\"sub\":\"forged-" + number + "\",\"exp\":4102444800}");
    return String.join(".", Arrays.asList(parts[0], claims, parts[2]));
  }

  @Override
  public void close() {
    goDown();
  }
}
