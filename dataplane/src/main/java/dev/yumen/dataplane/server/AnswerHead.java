package dev.yumen.dataplane.server;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.MessageWriter;
import dev.yumen.dataplane.http1.StatusLines;
import dev.yumen.dataplane.stream.Framing;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The head of an answer as a client of HTTP/1.x gets it: the fields, and behind them what says how
 * the body ends and whether the connection goes on.
 *
 * @param status 200 to 599, or 101 for a tunnel
 * @param length of the body in bytes, for LENGTH and STATED
 */
record AnswerHead(int status, HeadTable fields, Framing framing, long length) {
  private static final byte[] CHUNKED_FIELD = ascii("Transfer-Encoding: chunked\r\n");
  private static final byte[] CLOSE_FIELD = ascii("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE_FIELD = ascii("Connection: keep-alive\r\n");
  private static final byte[] LENGTH_FIELD = ascii("Content-Length: ");
  private static final int CRLF = 0x0d0a;

  /** Room for the status line and the fields that are written here. */
  private static final int OWN_BYTES = 128;

  /** Writes a 1xx answer other than 101. */
  static void interim(MessageWriter writer, int status, HeadTable fields) {
    ByteBuf out = writer.gather(fields.fieldBytes() + OWN_BYTES);
    StatusLines.write(out, status);
    fields.writeFields(out);
    out.writeShort(CRLF);
  }

  /**
   * Writes the head; what follows on the writer is its body.
   *
   * @param old whether the client speaks HTTP/1.0, which knows no chunks
   * @param close whether the connection ends behind this answer
   */
  void write(MessageWriter writer, boolean old, boolean close) {
    ByteBuf out =
        writer.gather(fields.fieldBytes() + OWN_BYTES + MessageWriter.roomFor(lengthToCome()));
    StatusLines.write(out, status);
    fields.writeFields(out);
    writeFraming(out, old);
    if (framing != Framing.TUNNEL) {
      if (close) {
        out.writeBytes(CLOSE_FIELD);
      } else if (old) {
        out.writeBytes(KEEP_ALIVE_FIELD);
      }
    }
    out.writeShort(CRLF);
    writer.chunked(framing == Framing.STREAM && !old);
  }

  private void writeFraming(ByteBuf out, boolean old) {
    switch (framing) {
      case LENGTH, STATED -> {
        out.writeBytes(LENGTH_FIELD);
        MessageWriter.writeDecimal(out, length);
        out.writeShort(CRLF);
      }
      case STREAM -> {
        if (!old) {
          out.writeBytes(CHUNKED_FIELD);
        }
      }
      case TUNNEL -> {
        String protocol = fields.first("upgrade");
        out.writeBytes(ascii("Connection: upgrade\r\nUpgrade: "));
        out.writeBytes(ascii(protocol == null ? "" : protocol)).writeShort(CRLF);
      }
      case NONE -> {}
    }
  }

  private long lengthToCome() {
    return switch (framing) {
      case LENGTH -> length;
      case STREAM -> -1;
      case NONE, STATED, TUNNEL -> 0;
    };
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
