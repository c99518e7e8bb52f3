package dev.yumen.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its key.
 *
 * @param chain the certificate first, without the root
 */
public record Issued(List<X509Certificate> chain, PrivateKey key) {
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  public String chainPem() {
    StringBuilder text = new StringBuilder();
    chain.forEach(certificate -> text.append(pem(certificate)));
    return text.toString();
  }

  /** PKCS#8, as most tools write it today. */
  public String keyPem() {
    try {
      return text(new JcaPKCS8Generator(key, null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The form of its kind: {@code RSA PRIVATE KEY} (PKCS#1) or {@code EC PRIVATE KEY} (SEC 1). */
  public String oldKeyPem() {
    if (!(key instanceof ECPrivateKey ec)) {
      return pem(key);
    }
    try {
      byte[] content =
          new org.bouncycastle.asn1.sec.ECPrivateKey(256, ec.getS(), SECObjectIdentifiers.secp256r1)
              .getEncoded();
      return text(new PemObject("EC PRIVATE KEY", content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String pem(Object item) {
    try {
      return text(new JcaMiscPEMGenerator(item));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String text(PemObjectGenerator item) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(item);
    }
    return text.toString();
  }

  public byte[] pkcs12(@Nullable String password) {
    char[] secret = password == null ? new char[0] : password.toCharArray();
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      keyStore(secret).store(out, secret);
      return out.toByteArray();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public KeyStore keyStore(char[] password) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("site", key, password, chain.toArray(Certificate[]::new));
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
