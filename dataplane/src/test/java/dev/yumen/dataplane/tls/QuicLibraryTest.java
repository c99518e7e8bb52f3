package dev.yumen.dataplane.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** What is said where the native library of QUIC is missing. */
class QuicLibraryTest {
  @Test
  void oneThatIsThereIsNothingToTalkOf() {
    assertNull(QuicLibrary.sentence(true, null, "Linux-amd64"));
    assertNull(QuicLibrary.missing());
  }

  @Test
  void aMissingOneIsNamedWithItsReasonAndWhatWorks() {
    Throwable cause =
        new IllegalArgumentException(
            "Failed to load any of the given libraries",
            new UnsatisfiedLinkError("could not load a native library: netty_quiche42"));
    assertEquals(
        "http3 (expected: http1 and http2, which work here; http3 needs the native library of"
            + " io.netty:netty-codec-native-quic for Linux-riscv64, which can not be loaded:"
            + " could not load a native library: netty_quiche42)",
        QuicLibrary.sentence(false, cause, "Linux-riscv64"));
  }
}
