package dev.yumen.config;

/** What does the work of TLS. */
public enum TlsProvider {
  /** BoringSSL where its native library loads, else the JDK. */
  AUTO,
  /** BoringSSL through netty-tcnative; an error where it does not load. */
  OPENSSL,
  /** The JDK's own. */
  JDK
}
