package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** An authority that gives certificates by ACME. */
@Describe("An authority that gives certificates by ACME (RFC 8555).")
public record AcmeConfig(
    @Describe("Name by which listeners choose it, when there are several.") @Default("default")
        String name,
    @Describe("Address of the authority's directory.")
        @Default("https://acme-v02.api.letsencrypt.org/directory")
        URI directory,
    @Describe("Whether you agree to the authority's terms of service; without, it gives nothing.")
        @Default("false")
        boolean agreeToTerms,
    @Describe("Where the authority can reach you; some ask for it.") @Nullable String email,
    @Describe("How it is shown that a domain leads here. Port 443 or port 80 must lead here.")
        @Default("tls-alpn-01")
        Challenge challenge,
    @Describe("Kind of the private keys of certificates.") @Default("ec256") KeyType keyType,
    @Describe(
            "PEM file with the authorities that vouch for the directory's own certificate, instead"
                + " of those of the JDK.")
        @Nullable InputFile ca,
    @Describe("Account at the authority that this one is bound to, where it asks for one.")
        @Nullable ExternalAccount externalAccount,
    @Describe(
            "Folder for account, keys and certificates; the folder acme in runtime.state unless"
                + " given. Several gateways may share it.")
        @Nullable Path storage) {

  /** The name of the only one, unless it is given another. */
  static final String DEFAULT_NAME = "default";

  /** How it is shown that a domain leads here. */
  public enum Challenge {
    TLS_ALPN_01,
    HTTP_01
  }

  /** Kinds of private keys. */
  public enum KeyType {
    EC256,
    EC384,
    RSA2048,
    RSA4096
  }

  public AcmeConfig {
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new InvalidValue("name", name, "letters, digits, - and _");
    }
    if (!"https".equals(directory.getScheme()) || directory.getHost() == null) {
      throw new InvalidValue("directory", directory.toString(), "an https:// address");
    }
    if (!agreeToTerms) {
      throw InvalidValue.found(
          "agree-to-terms",
          "false",
          "true, once you have read the terms of service of " + directory.getHost());
    }
    if (email != null && !email.matches("[^@\\s,?]+@[^@\\s,?]+")) {
      throw new InvalidValue("email", email, "one address such as ops@example.com");
    }
  }

  /** Account that this one is bound to. */
  @Describe("Account at the authority that this one is bound to (RFC 8555 §7.3.4).")
  public record ExternalAccount(
      @Describe("Name of its key, as the authority gave it.") String kid,
      @Describe("The key itself, in base64url; rather ${file:…} than here.") @Secret String hmac) {

    public ExternalAccount {
      if (kid.isEmpty()) {
        throw new InvalidValue("kid", kid, "the name that the authority gave");
      }
      try {
        if (Base64.getUrlDecoder().decode(hmac).length < 16) {
          throw InvalidValue.found("hmac", "a short key", "at least 16 bytes in base64url");
        }
      } catch (InvalidValue e) {
        throw e;
      } catch (IllegalArgumentException _) {
        throw InvalidValue.found("hmac", "something else", "a key in base64url");
      }
    }

    /** Without the key. */
    @Override
    public String toString() {
      return "external account " + kid;
    }
  }
}
