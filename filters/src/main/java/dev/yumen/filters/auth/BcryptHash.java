package dev.yumen.filters.auth;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.jspecify.annotations.Nullable;

/** Bcrypt, as htpasswd and many databases keep passwords. */
record BcryptHash(String text) implements PasswordHash {
  private static final Pattern FORM =
      Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-4])\\$[./A-Za-z0-9]{53}");

  /** Bcrypt looks at no more, so a longer password would be as good as its beginning. */
  private static final int MOST_BYTES = 72;

  /** Null when it is none, or one that would take too long. */
  static @Nullable BcryptHash read(String text) {
    Matcher form = FORM.matcher(text);
    return form.matches() ? new BcryptHash(text) : null;
  }

  @Override
  public boolean matches(byte[] password) {
    byte[] looked = Arrays.copyOf(password, Math.min(password.length, MOST_BYTES));
    return OpenBSDBCrypt.checkPassword(text, looked) && password.length <= MOST_BYTES;
  }
}
