package dev.yumen.dataplane.tls;

import dev.yumen.config.ListenerTlsConfig.Ciphers;
import java.util.List;
import java.util.stream.Stream;

/**
 * The cipher suites of Mozilla's Server Side TLS guidelines 5.7, without those that exchange keys
 * by DHE: BoringSSL has none of them, and every client that offers them offers ECDHE too.
 */
final class CipherPreset {
  private static final List<String> TLS_1_3 =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");
  private static final List<String> TLS_1_2 =
      List.of(
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
  private static final List<String> BOTH =
      Stream.concat(TLS_1_3.stream(), TLS_1_2.stream()).toList();

  private CipherPreset() {}

  /** Everything that is still good, for the side that has no say in what the other can do. */
  static List<String> all() {
    return BOTH;
  }

  static List<String> of(Ciphers preset) {
    return switch (preset) {
      case MODERN -> TLS_1_3;
      case INTERMEDIATE -> BOTH;
    };
  }
}
