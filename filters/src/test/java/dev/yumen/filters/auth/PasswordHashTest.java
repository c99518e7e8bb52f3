package dev.yumen.filters.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
  private static boolean matches(String hash, String password) {
    return PasswordHash.parse(hash).matches(password.getBytes(UTF_8));
  }

  /** By the reference implementation (its test.c) and by the bcrypt of OpenBSD (crypt_blowfish). */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "password $argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "U*U $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "U*U* $2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
      })
  void hashesOfOtherProgramsAreUnderstood(String password, String hash) {
    assertTrue(matches(hash, password));
    assertFalse(matches(hash, password + "x"));
    assertFalse(matches(hash, ""));
  }

  @Test
  void aNewHashHasItsOwnSalt() {
    String first = PasswordHash.of("a word".getBytes(UTF_8));
    String second = PasswordHash.of("a word".getBytes(UTF_8));
    assertNotEquals(first, second);
    assertTrue(matches(first, "a word"));
    assertTrue(matches(second, "a word"));
    assertFalse(matches(second, "a Word"));
  }

  /** Bcrypt stops at 72 bytes; what is longer must not pass for its beginning. */
  @Test
  void aLongPasswordIsNotItsBeginningToBcrypt() {
    String hash = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
    String longest = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    assertEquals(72, longest.length());
    assertTrue(matches(hash, longest));
    assertFalse(matches(hash, longest + "chars after 72 are ignored"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=262145,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=11,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=7,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=0$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$2a$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
        "$1$abcdefgh$irWbblnpmw.5z7wgBnprh0",
      })
  void whatIsNoneOrTooDearIsRefusedWithoutBeingShown(String text) {
    InvalidValue refused = assertThrows(InvalidValue.class, () -> PasswordHash.parse(text));
    assertTrue(text.isEmpty() || !refused.toString().contains(text), refused::toString);
  }
}
