package dev.yumen.dataplane.tls;

import dev.yumen.api.InputFile;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/** Reads certificates and private keys from files; says in words what is wrong with them. */
final class CertificateFiles {
  /** What a file holds; keys and certificates in the order they stand. */
  record Content(List<X509Certificate> certificates, List<PrivateKey> keys) {}

  /** A file that can not be used; the message names it. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(InputFile file, String why) {
      super(file.name() + ": " + why);
    }
  }

  private CertificateFiles() {}

  /**
   * The file of a certificate; a private key may be in it too.
   *
   * @param password of a PKCS#12 file or of an encrypted key
   */
  static Content read(InputFile file, @Nullable String password) throws Unusable {
    return isPkcs12(file.content()) ? pkcs12(file, password) : pem(file, password);
  }

  /** The certificates of trusted authorities. */
  static List<X509Certificate> authorities(InputFile file) throws Unusable {
    List<X509Certificate> certificates = pem(file, null).certificates();
    if (certificates.isEmpty()) {
      throw new Unusable(file, "there is no certificate in it (expected: PEM)");
    }
    return certificates;
  }

  /** PFX ::= SEQUENCE { version INTEGER …, where a certificate would begin with a SEQUENCE. */
  private static boolean isPkcs12(byte[] content) {
    if (content.length < 6 || content[0] != 0x30) {
      return false;
    }
    int lengthBytes = content[1] < 0 ? content[1] & 0x7f : 0;
    int first = 2 + lengthBytes;
    return first < content.length && content[first] == 0x02;
  }

  private static Content pkcs12(InputFile file, @Nullable String password) throws Unusable {
    char[] secret = password == null ? new char[0] : password.toCharArray();
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(file.open(), secret);
      List<X509Certificate> certificates = new ArrayList<>();
      List<PrivateKey> keys = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        Key key = store.isKeyEntry(alias) ? store.getKey(alias, secret) : null;
        if (key instanceof PrivateKey privateKey) {
          keys.add(privateKey);
          for (Certificate certificate : store.getCertificateChain(alias)) {
            certificates.add((X509Certificate) certificate);
          }
        }
      }
      if (keys.size() != 1) {
        throw new Unusable(file, keys.size() + " private keys (expected: one)");
      }
      return new Content(certificates, keys);
    } catch (IOException e) {
      boolean locked = e.getCause() instanceof UnrecoverableKeyException;
      throw new Unusable(file, locked ? locked(password) : "it is no PKCS#12 file");
    } catch (UnrecoverableKeyException _) {
      throw new Unusable(file, locked(password));
    } catch (GeneralSecurityException _) {
      throw new Unusable(file, "it is no PKCS#12 file that can be read");
    }
  }

  private static String locked(@Nullable String password) {
    return password == null
        ? "it is encrypted (expected: a password)"
        : "the password does not fit";
  }

  private static Content pem(InputFile file, @Nullable String password) throws Unusable {
    List<X509Certificate> certificates = new ArrayList<>();
    List<PrivateKey> keys = new ArrayList<>();
    try (PEMParser parser =
        new PEMParser(new InputStreamReader(file.open(), StandardCharsets.ISO_8859_1))) {
      for (Object item = parser.readObject(); item != null; item = parser.readObject()) {
        if (item instanceof X509CertificateHolder holder) {
          certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
        } else {
          PrivateKeyInfo key = key(file, item, password);
          if (key != null) {
            keys.add(new JcaPEMKeyConverter().getPrivateKey(key));
          }
        }
      }
    } catch (IOException | CertificateException | RuntimeException _) {
      // The parser's own messages may repeat what is in the file.
      throw new Unusable(file, "it is damaged (expected: PEM)");
    }
    return new Content(certificates, keys);
  }

  /** The private key in any of its wrappings; null for other things, such as EC parameters. */
  private static @Nullable PrivateKeyInfo key(
      InputFile file, Object item, @Nullable String password) throws Unusable, IOException {
    boolean encrypted =
        item instanceof PKCS8EncryptedPrivateKeyInfo || item instanceof PEMEncryptedKeyPair;
    if (encrypted && password == null) {
      throw new Unusable(file, "the key is encrypted (expected: a password)");
    }
    char[] secret = password == null ? new char[0] : password.toCharArray();
    try {
      return switch (item) {
        case PrivateKeyInfo plain -> plain;
        case PEMKeyPair pair -> pair.getPrivateKeyInfo();
        case PKCS8EncryptedPrivateKeyInfo locked ->
            locked.decryptPrivateKeyInfo(
                new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(Lazy.CIPHERS)
                    .build(secret));
        case PEMEncryptedKeyPair locked ->
            locked
                .decryptKeyPair(
                    new JcePEMDecryptorProviderBuilder().setProvider(Lazy.CIPHERS).build(secret))
                .getPrivateKeyInfo();
        default -> null;
      };
    } catch (PKCSException | OperatorCreationException | IOException e) {
      if (!encrypted) {
        throw new IOException(e);
      }
      throw new Unusable(file, "the password does not fit the key");
    }
  }

  /** Made for the first encrypted key only; not registered, so nothing else in the JVM uses it. */
  private static final class Lazy {
    static final Provider CIPHERS = new BouncyCastleProvider();
  }
}
