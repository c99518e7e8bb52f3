package dev.yumen.config;

import dev.yumen.api.Describe;
import dev.yumen.api.InputFile;
import dev.yumen.api.Secret;
import org.jspecify.annotations.Nullable;

/** A certificate with its chain and private key: PEM files, or one PKCS#12 file. */
@Describe("A certificate with its chain and its private key.")
public record CertificateConfig(
    @Describe("PEM file with the certificate and its chain, or a PKCS#12 file.") InputFile cert,
    @Describe("PEM file with the private key; not needed when it is in the file of `cert`.")
        @Nullable InputFile key,
    @Describe("Password of an encrypted key or of a PKCS#12 file; rather ${file:…} than here.")
        @Secret
        @Nullable String password) {

  /** Without the password. */
  @Override
  public String toString() {
    return "certificate " + cert + (key == null ? "" : " key " + key);
  }
}
