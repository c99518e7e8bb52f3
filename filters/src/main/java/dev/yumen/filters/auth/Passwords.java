package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import java.nio.charset.StandardCharsets;
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
  private final Map<String, Entry> users = new HashMap<>();
  private final List<PasswordHash> hashes = new ArrayList<>();
  private final KeyedDigests digests = new KeyedDigests();

  private record Entry(PasswordHash hash, UpstreamIdentity identity) {}

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
    return digests.of(credentials);
  }

  /** Whose credentials these are, or null. Takes long. */
  @Nullable UpstreamIdentity prove(byte[] credentials) {
    BasicCredentials shown = BasicCredentials.parse(credentials);
    Entry entry = users.get(shown.user());
    boolean right = (entry == null ? anybodys(shown.user()) : entry.hash).matches(shown.password());
    return entry != null && right ? entry.identity : null;
  }

  private PasswordHash anybodys(String user) {
    int number = Arrays.hashCode(digests.bytes(user.getBytes(StandardCharsets.UTF_8)));
    return hashes.get(Math.floorMod(number, hashes.size()));
  }
}
