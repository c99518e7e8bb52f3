package dev.yumen.filters.oidc;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what browsers keep for the gateway, so that nobody can read or change it: AES-256-GCM
 * under keys derived from secrets by HKDF (RFC 5869), one set of keys for each purpose. The name
 * that something is kept under is authenticated with it.
 */
final class Sealer {
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int KEY_BYTES = 32;
  private static final int LEAST = 1 + NONCE_BYTES + TAG_BITS / 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final List<SecretKey> keys;

  /**
   * @param secrets the first one seals, the others still open
   * @param purpose what is sealed for one can not be opened for another
   */
  Sealer(List<String> secrets, String purpose) {
    keys = secrets.stream().map(secret -> derived(secret, purpose)).toList();
  }

  private static SecretKey derived(String secret, String purpose) {
    try {
      byte[] key =
          KDF.getInstance("HKDF-SHA256")
              .deriveData(
                  HKDFParameterSpec.ofExtract()
                      .addIKM(secret.getBytes(StandardCharsets.UTF_8))
                      .thenExpand(purpose.getBytes(StandardCharsets.UTF_8), KEY_BYTES));
      return new SecretKeySpec(key, "AES");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform of 25 has HKDF", e);
    }
  }

  /** Random bytes in base64url. */
  static String random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** What only {@link #open} reads, in base64url. */
  String seal(String name, byte[] plain) {
    byte[] sealed = new byte[LEAST + plain.length];
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    sealed[0] = VERSION;
    System.arraycopy(nonce, 0, sealed, 1, NONCE_BYTES);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, keys.getFirst(), nonce, name);
      cipher.doFinal(plain, 0, plain.length, sealed, 1 + NONCE_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-GCM", e);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
  }

  /** What was sealed under this name; null when it was not, or was changed since. */
  byte @Nullable [] open(String name, String text) {
    byte[] sealed;
    try {
      sealed = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException _) {
      return null;
    }
    if (sealed.length < LEAST || sealed[0] != VERSION) {
      return null;
    }
    byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
    for (SecretKey key : keys) {
      try {
        return cipher(Cipher.DECRYPT_MODE, key, nonce, name)
            .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES);
      } catch (GeneralSecurityException _) {
        // Of another secret, or of nobody.
      }
    }
    return null;
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String name)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD((name + "\0" + VERSION).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
