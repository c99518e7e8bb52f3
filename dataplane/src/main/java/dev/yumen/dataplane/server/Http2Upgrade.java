package dev.yumen.dataplane.server;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.MessageWriter;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The change from HTTP/1.1 to HTTP/2 on a connection without TLS, asked for by a request with
 * {@code Upgrade: h2c} (RFC 7540 §3.2; RFC 9113 §3.1 keeps it for those who still use it).
 */
public interface Http2Upgrade {

  /**
   * Puts HTTP/2 in the place of the handler whose context this is. The request becomes stream 1.
   *
   * @param head of the request, which has no body; owned by the new handler
   * @param settings payload of the client's SETTINGS frame
   */
  void take(ChannelHandlerContext context, HeadTable head, byte[] settings);

  /** Says yes; everything behind it is HTTP/2. */
  static void accept(MessageWriter writer) {
    byte[] switching =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    writer.gather(switching.length).writeBytes(switching);
    writer.flush();
    writer.sendNow();
  }

  /** The client's settings when this request asks for the change in full, else null. */
  static byte @Nullable [] asked(HeadTable head) {
    if (!head.upgrade() || head.chunked() || head.contentLength() > 0) {
      return null;
    }
    List<String> protocols = head.all("upgrade");
    List<String> settings = head.all("http2-settings");
    if (protocols.size() != 1
        || !protocols.getFirst().equals("h2c")
        || settings.size() != 1
        || !namedByConnection(head)) {
      return null;
    }
    try {
      byte[] payload = Base64.getUrlDecoder().decode(settings.getFirst());
      return payload.length % 6 == 0 ? payload : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static boolean namedByConnection(HeadTable head) {
    for (String value : head.all("connection")) {
      for (String option : value.split(",", -1)) {
        if (option.strip().equalsIgnoreCase("http2-settings")) {
          return true;
        }
      }
    }
    return false;
  }
}
