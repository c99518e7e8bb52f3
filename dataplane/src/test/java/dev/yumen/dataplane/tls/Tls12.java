package dev.yumen.dataplane.tls;

import dev.yumen.dataplane.wire.TlsTools;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** A first message that a server goes on with. */
final class Tls12 {
  static final byte[] HELLO = hello();

  private Tls12() {}

  private static byte[] hello() {
    SSLEngine engine = TlsTools.trusting().createSSLEngine("site.example.com", 443);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {"TLSv1.2"});
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    try {
      engine.wrap(ByteBuffer.allocate(0), out);
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
    return Arrays.copyOf(out.array(), out.position());
  }
}
