package dev.yumen.dataplane.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** Asks the issuer of one certificate whether it is revoked (RFC 6960), and checks the answer. */
final class OcspQuery {
  private static final int MOST_BYTES = 64 << 10;
  private static final int TIMEOUT_MILLIS = 10_000;

  /** For answers that do not say how long they hold. */
  private static final Duration UNSAID = Duration.ofHours(12);

  /** Clocks differ. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  private final URI responder;
  private final X509CertificateHolder issuer;
  private final CertificateID id;

  /**
   * A good answer.
   *
   * @param response as it came, for clients
   * @param until when it is too old
   */
  @SuppressWarnings("ArrayRecordComponent") // read-only
  record Answer(byte[] response, Instant until) {}

  /** The issuer took the certificate back. */
  static final class Revoked extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private OcspQuery(URI responder, X509CertificateHolder issuer, CertificateID id) {
    this.responder = responder;
    this.issuer = issuer;
    this.id = id;
  }

  /** The query for a certificate; null when it names nobody to ask, or its issuer is not there. */
  static @Nullable OcspQuery of(KeyEntry entry) {
    if (entry.chain().size() < 2) {
      return null;
    }
    try {
      X509Certificate leaf = entry.leaf();
      URI responder = responder(new JcaX509CertificateHolder(leaf));
      if (responder == null) {
        return null;
      }
      X509CertificateHolder issuer = new JcaX509CertificateHolder(entry.chain().get(1));
      DigestCalculator sha1 =
          new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1);
      return new OcspQuery(
          responder, issuer, new CertificateID(sha1, issuer, leaf.getSerialNumber()));
    } catch (CertificateEncodingException
        | OperatorCreationException
        | OCSPException
        | IllegalArgumentException _) {
      return null;
    }
  }

  private static @Nullable URI responder(X509CertificateHolder certificate) {
    Extension extension = certificate.getExtension(Extension.authorityInfoAccess);
    if (extension == null) {
      return null;
    }
    AuthorityInformationAccess access =
        AuthorityInformationAccess.getInstance(
            ASN1Sequence.getInstance(extension.getParsedValue()));
    for (AccessDescription each : access.getAccessDescriptions()) {
      GeneralName location = each.getAccessLocation();
      if (each.getAccessMethod().equals(AccessDescription.id_ad_ocsp)
          && location.getTagNo() == GeneralName.uniformResourceIdentifier) {
        URI uri = URI.create(location.getName().toString());
        return "http".equals(uri.getScheme()) ? uri : null;
      }
    }
    return null;
  }

  URI responder() {
    return responder;
  }

  /**
   * Asks. Blocks for seconds.
   *
   * @throws Revoked when it is
   * @throws IOException when there is no answer, or none that can be trusted
   */
  Answer ask(Instant now) throws IOException {
    byte[] response;
    try {
      response = post(new OCSPReqBuilder().addRequest(id).build().getEncoded());
      OCSPResp outer = new OCSPResp(response);
      if (outer.getStatus() != OCSPResp.SUCCESSFUL
          || !(outer.getResponseObject() instanceof BasicOCSPResp basic)) {
        throw new IOException("status " + outer.getStatus());
      }
      checkSignature(basic, now);
      return new Answer(response, good(basic, now));
    } catch (OCSPException | OperatorCreationException | CertException | CertificateException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private byte[] post(byte[] request) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) responder.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/ocsp-request");
    connection.setRequestProperty("Accept", "application/ocsp-response");
    connection.getOutputStream().write(request);
    if (connection.getResponseCode() != 200) {
      throw new IOException("HTTP status " + connection.getResponseCode());
    }
    try (InputStream in = connection.getInputStream()) {
      byte[] response = in.readNBytes(MOST_BYTES + 1);
      if (response.length > MOST_BYTES) {
        throw new IOException("more than " + MOST_BYTES + " bytes");
      }
      return response;
    }
  }

  /** By the issuer itself, or by somebody it certified for just that (RFC 6960 §4.2.2.2). */
  private void checkSignature(BasicOCSPResp response, Instant now)
      throws OCSPException,
          OperatorCreationException,
          CertException,
          CertificateException,
          IOException {
    JcaContentVerifierProviderBuilder verifiers = new JcaContentVerifierProviderBuilder();
    if (response.isSignatureValid(verifiers.build(issuer))) {
      return;
    }
    for (X509CertificateHolder signer : response.getCerts()) {
      if (signer.isSignatureValid(verifiers.build(issuer))
          && signer.isValidOn(Date.from(now))
          && signsOcsp(signer)
          && response.isSignatureValid(verifiers.build(signer))) {
        return;
      }
    }
    throw new IOException("not signed by the issuer");
  }

  private static boolean signsOcsp(X509CertificateHolder signer) {
    ExtendedKeyUsage usage = ExtendedKeyUsage.fromExtensions(signer.getExtensions());
    return usage != null && usage.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning);
  }

  /** Until when the certificate is good by this answer. */
  private Instant good(BasicOCSPResp response, Instant now) throws IOException {
    for (SingleResp single : response.getResponses()) {
      if (!single.getCertID().equals(id)) {
        continue;
      }
      Instant from = single.getThisUpdate().toInstant();
      Date next = single.getNextUpdate();
      Instant until = next == null ? from.plus(UNSAID) : next.toInstant();
      if (from.isAfter(now.plus(SKEW)) || !until.isAfter(now)) {
        throw new IOException("the answer is for another time, from " + from + " to " + until);
      }
      if (single.getCertStatus() instanceof RevokedStatus) {
        throw new Revoked();
      }
      if (single.getCertStatus() instanceof UnknownStatus) {
        throw new IOException("the certificate is not known there");
      }
      return until;
    }
    throw new IOException("the answer is for another certificate");
  }
}
