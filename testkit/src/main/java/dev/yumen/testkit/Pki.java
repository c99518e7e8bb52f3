package dev.yumen.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** An authority of its own, and the certificates it gives out. */
public final class Pki {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final X509Certificate root;
  private final Issued own;
  private final X500Name name;

  private Pki(X509Certificate root, Issued own, X500Name name) {
    this.root = root;
    this.own = own;
    this.name = name;
  }

  public static Pki called(String name) {
    X500Name subject = new X500Name("CN=" + name);
    Request request = Request.of(subject, List.of(), null);
    Issued own = sign(request.validFor(Duration.ofDays(100)), null);
    return new Pki(own.certificate(), new Issued(List.of(), own.key()), subject);
  }

  /** An authority under this one. */
  public Pki intermediate(String intermediate) {
    X500Name subject = new X500Name("CN=" + intermediate);
    Request request = Request.of(subject, List.of(), null);
    return new Pki(root, sign(request.validFor(Duration.ofDays(90)), this), subject);
  }

  public X509Certificate root() {
    return root;
  }

  public String rootPem() {
    return Issued.pem(root);
  }

  /** The chain of what it issues, without the root, and its key. */
  public Issued own() {
    return own;
  }

  /** A certificate of a server with these DNS names. */
  public Issued server(String... names) {
    return sign(serverRequest(names).validFor(Duration.ofDays(30)), this);
  }

  public Issued rsaServer(String... names) {
    Request request = serverRequest(names).validFor(Duration.ofDays(30));
    return sign(request.withKeys("RSA"), this);
  }

  public Issued server(Instant from, Instant until, String... names) {
    return sign(serverRequest(names).valid(from, until), this);
  }

  private static Request serverRequest(String... names) {
    X500Name subject = new X500Name("CN=" + names[0] + ",O=Yumen test");
    return Request.of(subject, List.of(names), KeyPurposeId.id_kp_serverAuth);
  }

  /** One that names its OCSP responder. */
  public Issued serverWithOcsp(String responder, String name) {
    Request request = serverRequest(name).validFor(Duration.ofDays(30));
    return sign(request.askedAbout(responder), this);
  }

  /** Somebody who may speak for this authority about certificates. */
  public Issued ocspSigner() {
    X500Name subject = new X500Name("CN=OCSP signer");
    Request request = Request.of(subject, List.of(), KeyPurposeId.id_kp_OCSPSigning);
    return sign(request.validFor(Duration.ofDays(3)), this);
  }

  /**
   * A certificate of a client.
   *
   * @param alternatives further names: DNS names, URIs, addresses of mail
   */
  public Issued client(String client, String... alternatives) {
    X500Name subject = new X500Name("CN=" + client);
    Request request = Request.of(subject, List.of(alternatives), KeyPurposeId.id_kp_clientAuth);
    return sign(request.validFor(Duration.ofDays(30)), this);
  }

  /**
   * What a certificate is to be.
   *
   * @param purpose null for an authority
   */
  private record Request(
      X500Name subject,
      String algorithm,
      Instant from,
      Instant until,
      List<String> names,
      @Nullable KeyPurposeId purpose,
      @Nullable String ocsp) {

    static Request of(X500Name subject, List<String> names, @Nullable KeyPurposeId purpose) {
      return new Request(subject, "EC", Instant.EPOCH, Instant.EPOCH, names, purpose, null);
    }

    Request validFor(Duration time) {
      Instant now = Instant.now();
      return valid(now.minus(Duration.ofDays(1)), now.plus(time));
    }

    Request valid(Instant earliest, Instant latest) {
      return new Request(subject, algorithm, earliest, latest, names, purpose, ocsp);
    }

    Request withKeys(String other) {
      return new Request(subject, other, from, until, names, purpose, ocsp);
    }

    Request askedAbout(String responder) {
      return new Request(subject, algorithm, from, until, names, purpose, responder);
    }
  }

  private static Issued sign(Request request, @Nullable Pki issuer) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(request.algorithm());
      generator.initialize(request.algorithm().equals("EC") ? 256 : 2048);
      KeyPair pair = generator.generateKeyPair();
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer == null ? request.subject() : issuer.name,
              new BigInteger(100, RANDOM),
              Date.from(request.from()),
              Date.from(request.until()),
              request.subject(),
              pair.getPublic());
      extend(builder, request);
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA")
                          .build(issuer == null ? pair.getPrivate() : issuer.own.key())));
      List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
      if (issuer != null) {
        chain.addAll(issuer.own.chain());
      }
      return new Issued(List.copyOf(chain), pair.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void extend(X509v3CertificateBuilder builder, Request request)
      throws CertIOException {
    KeyPurposeId purpose = request.purpose();
    if (purpose == null) {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    } else {
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }
    if (request.ocsp() != null) {
      GeneralName responder =
          new GeneralName(GeneralName.uniformResourceIdentifier, request.ocsp());
      builder.addExtension(
          Extension.authorityInfoAccess,
          false,
          new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, responder));
    }
    if (!request.names().isEmpty()) {
      GeneralName[] names =
          request.names().stream().map(Pki::alternative).toArray(GeneralName[]::new);
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
  }

  private static GeneralName alternative(String name) {
    int type = GeneralName.dNSName;
    if (name.matches("[0-9.]+")) {
      type = GeneralName.iPAddress;
    } else if (name.contains("://")) {
      type = GeneralName.uniformResourceIdentifier;
    } else if (name.contains("@")) {
      type = GeneralName.rfc822Name;
    }
    return new GeneralName(type, name);
  }

  /** What a client trusts, and the certificate it shows when there is one. */
  public SSLContext clientContext(@Nullable Issued certificate) {
    return context(certificate, root);
  }

  /** A context of the JDK for either side. */
  public static SSLContext context(@Nullable Issued own, X509Certificate... trusted) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (X509Certificate each : trusted) {
        store.setCertificateEntry("ca-" + store.size(), each);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      KeyManager[] keys = new KeyManager[0];
      if (own != null) {
        char[] password = "x".toCharArray();
        KeyManagerFactory factory =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own.keyStore(password), password);
        keys =
            new KeyManager[] {new Insisting((X509ExtendedKeyManager) factory.getKeyManagers()[0])};
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust.getTrustManagers(), RANDOM);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Shows its certificate whatever authorities the other side names. */
  private static final class Insisting extends X509ExtendedKeyManager {
    private final X509ExtendedKeyManager keys;

    Insisting(X509ExtendedKeyManager keys) {
      this.keys = keys;
    }

    @Override
    public String chooseClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return "site";
    }

    @Override
    public String chooseEngineClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return "site";
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
      return new String[] {"site"};
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
      return keys.getServerAliases(type, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return keys.chooseServerAlias(type, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return keys.chooseEngineServerAlias(type, issuers, engine);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }
  }
}
