package dev.yumen.filters.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key and the algorithms that it serves, which are never of another kind than the key. Equal when
 * id, algorithms and key are.
 */
final class VerificationKey {
  private static final int CHEAP_RSA_BITS = 3_072;

  private final @Nullable String id;
  private final Set<Algorithm> algorithms;
  private final String fingerprint;
  private final Check check;
  private final boolean slow;

  /** Whether a signature is right. */
  @FunctionalInterface
  private interface Check {
    boolean passes(CompactJws jws) throws JOSEException, GeneralSecurityException;
  }

  private VerificationKey(
      @Nullable String id,
      Set<Algorithm> algorithms,
      String fingerprint,
      boolean slow,
      Check check) {
    this.id = id;
    this.algorithms = algorithms.isEmpty() ? Set.of() : EnumSet.copyOf(algorithms);
    this.fingerprint = fingerprint;
    this.slow = slow;
    this.check = check;
  }

  static VerificationKey of(
      @Nullable String id, Set<Algorithm> algorithms, String fingerprint, RSAPublicKey key) {
    JWSVerifier verifier = new RSASSAVerifier(key);
    boolean slow = key.getModulus().bitLength() > CHEAP_RSA_BITS;
    return new VerificationKey(id, algorithms, fingerprint, slow, jws -> jose(verifier, jws));
  }

  static VerificationKey of(
      @Nullable String id, Set<Algorithm> algorithms, String fingerprint, ECPublicKey key)
      throws JOSEException {
    JWSVerifier verifier = new ECDSAVerifier(key);
    return new VerificationKey(id, algorithms, fingerprint, true, jws -> jose(verifier, jws));
  }

  static VerificationKey of(
      @Nullable String id, Set<Algorithm> algorithms, String fingerprint, byte[] secret)
      throws JOSEException {
    JWSVerifier verifier = new MACVerifier(secret);
    return new VerificationKey(id, algorithms, fingerprint, false, jws -> jose(verifier, jws));
  }

  /** A key of Edwards curves, which the library would want Tink for. */
  static VerificationKey ofEdwards(
      @Nullable String id, Set<Algorithm> algorithms, String fingerprint, PublicKey key) {
    return new VerificationKey(id, algorithms, fingerprint, true, jws -> edwards(key, jws));
  }

  private static boolean jose(JWSVerifier verifier, CompactJws jws) throws JOSEException {
    JWSHeader header = new JWSHeader.Builder(jws.algorithm().jose()).build();
    return verifier.verify(header, jws.signed(), Base64URL.encode(jws.signature()));
  }

  private static boolean edwards(PublicKey key, CompactJws jws) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("EdDSA");
    signature.initVerify(key);
    signature.update(jws.signed());
    return signature.verify(jws.signature());
  }

  @Nullable String id() {
    return id;
  }

  Set<Algorithm> algorithms() {
    return algorithms;
  }

  /** Whether it may be the one of this token. */
  boolean serves(CompactJws jws) {
    return algorithms.contains(jws.algorithm())
        && (id == null || jws.keyId() == null || id.equals(jws.keyId()));
  }

  /** Whether a check takes too long for an event loop. */
  boolean isSlow(Algorithm algorithm) {
    return slow
        || algorithm == Algorithm.PS256
        || algorithm == Algorithm.PS384
        || algorithm == Algorithm.PS512;
  }

  /** Whether the token is signed by it. A signature that can not be read is none. */
  boolean verifies(CompactJws jws) {
    try {
      return serves(jws) && check.passes(jws);
    } catch (JOSEException | GeneralSecurityException _) {
      return false;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VerificationKey key
        && Objects.equals(id, key.id)
        && algorithms.equals(key.algorithms)
        && fingerprint.equals(key.fingerprint);
  }

  @Override
  public int hashCode() {
    return fingerprint.hashCode();
  }

  /** Never the key. */
  @Override
  public String toString() {
    return id + " " + algorithms;
  }
}
