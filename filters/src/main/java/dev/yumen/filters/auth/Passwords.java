package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Passwords that are kept as hashes, by user name. Whether a user exists can not be told from how
 * long a check takes: for a name that nobody has, the hash of somebody else is computed, always the
 * same one for the same name.
 */
final class Passwords {
  private static final int KEY_BYTES = 32;

  private final Map<String, Entry> users = new HashMap<>();
  private final List<PasswordHash> hashes = new ArrayList<>();
  private final byte[] key = new byte[KEY_BYTES];

  private record Entry(PasswordHash hash, UpstreamIdentity identity) {}

  /** A user name and a password that were shown, as they came: bytes with a colon between. */
  private record Shown(String user, byte[] password) {
    static Shown of(byte[] credentials) {
      int colon = 0;
      while (colon < credentials.length && credentials[colon] != ':') {
        colon++;
      }
      int rest = Math.min(colon + 1, credentials.length);
      return new Shown(
          new String(credentials, 0, colon, StandardCharsets.UTF_8),
          Arrays.copyOfRange(credentials, rest, credentials.length));
    }
  }

  Passwords() {
    new SecureRandom().nextBytes(key);
  }

  void add(Consumer.Basic basic, String hash, UpstreamIdentity identity) {
    PasswordHash parsed = PasswordHash.parse(hash);
    users.put(basic.username(), new Entry(parsed, identity));
    hashes.add(parsed);
  }

  boolean isEmpty() {
    return users.isEmpty();
  }

  /** What stands for credentials in a cache: without the key it tells nothing about them. */
  Digest digest(byte[] credentials) {
    return new Digest(keyed(credentials));
  }

  /** Whose credentials these are, or null. Takes long. */
  @Nullable UpstreamIdentity prove(byte[] credentials) {
    Shown shown = Shown.of(credentials);
    Entry entry = users.get(shown.user);
    boolean right = (entry == null ? anybodys(shown.user) : entry.hash).matches(shown.password);
    return entry != null && right ? entry.identity : null;
  }

  private PasswordHash anybodys(String user) {
    int number = Arrays.hashCode(keyed(user.getBytes(StandardCharsets.UTF_8)));
    return hashes.get(Math.floorMod(number, hashes.size()));
  }

  private byte[] keyed(byte[] text) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(key);
      return sha256.digest(text);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
