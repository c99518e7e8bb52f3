package dev.yumen.filters.jwt;

import java.util.ArrayList;
import java.util.List;

/** The keys that count at one time. Immutable. */
final class Keys {
  /** Most keys that are tried for a token that names none. */
  private static final int MOST_TRIES = 8;

  private final List<VerificationKey> all;

  Keys(List<VerificationKey> all) {
    this.all = List.copyOf(all);
  }

  /** The same, with keys of another set where they are equal: who holds one can compare it. */
  Keys reusing(Keys earlier) {
    List<VerificationKey> mixed = new ArrayList<>(all.size());
    for (VerificationKey key : all) {
      int known = earlier.all.indexOf(key);
      mixed.add(known < 0 ? key : earlier.all.get(known));
    }
    return new Keys(mixed);
  }

  /** Whether this very key is among them; that an equal one is the same is seen to before. */
  @SuppressWarnings("ReferenceEquality") // asked for each request
  boolean has(VerificationKey key) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i) == key) {
        return true;
      }
    }
    return false;
  }

  /** Those that may have signed the token. */
  List<VerificationKey> candidates(CompactJws jws) {
    return all.stream().filter(key -> key.serves(jws)).limit(MOST_TRIES).toList();
  }

  List<VerificationKey> all() {
    return all;
  }
}
