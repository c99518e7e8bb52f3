package dev.yumen.dataplane.tls;

import io.netty.handler.codec.quic.Quic;
import org.jspecify.annotations.Nullable;

/** Whether QUIC can be had here. Nothing of it is loaded before somebody asks. */
final class QuicLibrary {
  private static final String ARTIFACT = "io.netty:netty-codec-native-quic";

  private QuicLibrary() {}

  /** Why it can not be had, or null when it can. */
  static @Nullable String missing() {
    return sentence(
        Quic.isAvailable(),
        Quic.unavailabilityCause(),
        System.getProperty("os.name") + "-" + System.getProperty("os.arch"));
  }

  static @Nullable String sentence(boolean there, @Nullable Throwable cause, String platform) {
    if (there) {
      return null;
    }
    Throwable last = cause;
    while (last != null && last.getCause() != null) {
      last = last.getCause();
    }
    return "http3 (expected: http1 and http2, which work here; http3 needs the native library of "
        + ARTIFACT
        + " for "
        + platform
        + ", which can not be loaded: "
        + (last == null ? null : last.getMessage())
        + ")";
  }
}
