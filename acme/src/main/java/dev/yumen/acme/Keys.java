package dev.yumen.acme;

import dev.yumen.config.AcmeConfig;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/** Makes pairs of keys with the JDK's means, and writes and reads them as PEM. */
final class Keys {
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Keys() {}

  static KeyPair make(AcmeConfig.KeyType type) {
    try {
      return switch (type) {
        case EC256 -> ec("secp256r1");
        case EC384 -> ec("secp384r1");
        case RSA2048 -> rsa(2048);
        case RSA4096 -> rsa(4096);
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair ec(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static KeyPair rsa(int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  /** Both halves: the public one can not be told from the private one by the JDK alone. */
  static String pem(KeyPair pair) {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded())
        + pem("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  static String pem(String label, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, LINES.encodeToString(content), label);
  }

  /**
   * What {@link #pem(KeyPair)} wrote.
   *
   * @throws IOException when it is something else
   */
  static KeyPair read(String pem) throws IOException {
    JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
    PrivateKey own = null;
    PublicKey shown = null;
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      for (Object item = next(parser); item != null; item = next(parser)) {
        switch (item) {
          case PrivateKeyInfo key -> own = converter.getPrivateKey(key);
          case SubjectPublicKeyInfo key -> shown = converter.getPublicKey(key);
          default -> throw new IOException("no key: " + item.getClass().getSimpleName());
        }
      }
    }
    if (own == null || shown == null) {
      throw new IOException("a private and a public key are needed");
    }
    return new KeyPair(shown, own);
  }

  private static @Nullable Object next(PEMParser parser) throws IOException {
    try {
      return parser.readObject();
    } catch (RuntimeException e) {
      throw new IOException("damaged", e);
    }
  }
}
