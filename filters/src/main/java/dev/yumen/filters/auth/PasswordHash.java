package dev.yumen.filters.auth;

import dev.yumen.api.InvalidValue;

/** What is kept instead of a password. Slow to check on purpose: never on an event loop. */
public sealed interface PasswordHash permits Argon2idHash, BcryptHash {

  /** Whether this is the password, as UTF-8. */
  boolean matches(byte[] password);

  /**
   * Reads a hash in its usual form: {@code $argon2id$v=19$m=…,t=…,p=…$salt$hash}, or {@code
   * $2b$cost$…} ({@code $2a}, {@code $2y}).
   *
   * @throws InvalidValue for anything else; the message does not show it
   */
  static PasswordHash parse(String text) {
    PasswordHash hash =
        text.startsWith("$argon2id$") ? Argon2idHash.read(text) : BcryptHash.read(text);
    if (hash == null) {
      throw InvalidValue.found(
          "password-hash",
          "something else",
          "what yumen hash-password prints: argon2id of at most 256 MiB and 10 passes, or bcrypt"
              + " with a cost of at most 14");
    }
    return hash;
  }

  /** A new hash of a password, with a salt of its own, as text. */
  static String of(byte[] password) {
    return Argon2idHash.make(password).text();
  }
}
