package dev.yumen.filters.auth;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/** Argon2id (RFC 9106) with its parameters. */
record Argon2idHash(int kibibytes, int passes, int lanes, byte[] salt, byte[] hash)
    implements PasswordHash {
  private static final Pattern FORM =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=([0-9]{1,6}),t=([0-9]{1,2}),p=([0-9]{1,2})"
              + "\\$([A-Za-z0-9+/]{11,88})\\$([A-Za-z0-9+/]{22,88})");
  private static final int MOST_KIBIBYTES = 256 * 1024;
  private static final int MOST_PASSES = 10;
  private static final int MOST_LANES = 16;

  /** The least that OWASP advises: 19 MiB, two passes, one lane. */
  private static final int KIBIBYTES = 19 * 1024;

  private static final int PASSES = 2;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;

  static Argon2idHash make(byte[] password) {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return new Argon2idHash(
        KIBIBYTES, PASSES, 1, salt, hash(password, salt, KIBIBYTES, PASSES, 1, HASH_BYTES));
  }

  /** Null when it is none, or one that would take too long. */
  static @Nullable Argon2idHash read(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return null;
    }
    int kibibytes = Integer.parseInt(form.group(1));
    int passes = Integer.parseInt(form.group(2));
    int lanes = Integer.parseInt(form.group(3));
    if (lanes < 1
        || lanes > MOST_LANES
        || passes < 1
        || passes > MOST_PASSES
        || kibibytes < 8 * lanes
        || kibibytes > MOST_KIBIBYTES) {
      return null;
    }
    try {
      Base64.Decoder decoder = Base64.getDecoder();
      byte[] salt = decoder.decode(form.group(4));
      return new Argon2idHash(kibibytes, passes, lanes, salt, decoder.decode(form.group(5)));
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static byte[] hash(
      byte[] password, byte[] salt, int kibibytes, int passes, int lanes, int length) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(kibibytes)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(salt)
            .build());
    byte[] hash = new byte[length];
    generator.generateBytes(password, hash);
    return hash;
  }

  @Override
  public boolean matches(byte[] password) {
    return MessageDigest.isEqual(hash, hash(password, salt, kibibytes, passes, lanes, hash.length));
  }

  String text() {
    Base64.Encoder encoder = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            kibibytes, passes, lanes, encoder.encodeToString(salt), encoder.encodeToString(hash));
  }
}
