package dev.yumen.filters.auth;

import dev.yumen.api.InvalidValue;

/** The name of a protected place in a challenge (RFC 9110 §11.5). */
public final class Realm {
  private Realm() {}

  /** Passes what can stand between quotes. */
  public static void check(String realm) {
    if (realm.isEmpty()
        || realm.chars().anyMatch(c -> c < ' ' || c > '~' || c == '"' || c == '\\')) {
      throw new InvalidValue("realm", realm, "visible ASCII characters without \" and \\");
    }
  }
}
