package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.ClientStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Whether a 101 opens a tunnel. */
final class Tunnel {
  /** RFC 6455 §1.3. */
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private Tunnel() {}

  /**
   * Why this 101 must not be passed on, or null when it may: it has to name the protocol that was
   * asked for and prove that it understood the handshake (RFC 6455 §4.1), and the client must not
   * have sent anything before it could know.
   */
  static @Nullable Failure refused(HeadTable request, HeadTable answer, ClientStream client) {
    if (client.sentAhead()) {
      client.closeAfterAnswer();
      return Failure.of(FailureCode.BAD_REQUEST, "bytes after a request to upgrade");
    }
    String protocol = answer.first("upgrade");
    if (protocol == null || !protocol.equalsIgnoreCase(request.first("upgrade"))) {
      return Failure.of(FailureCode.UPSTREAM_PROTOCOL, "101 for another protocol: " + protocol);
    }
    String key = request.first("sec-websocket-key");
    String accept = answer.first("sec-websocket-accept");
    if (key == null || accept == null || !accept.equals(proof(key))) {
      return Failure.of(FailureCode.UPSTREAM_PROTOCOL, "101 with a wrong Sec-WebSocket-Accept");
    }
    return null;
  }

  private static String proof(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key + MAGIC).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
