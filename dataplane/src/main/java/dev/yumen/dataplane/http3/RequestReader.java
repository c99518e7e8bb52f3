package dev.yumen.dataplane.http3;

import dev.yumen.dataplane.heads.Malformed;
import dev.yumen.dataplane.heads.RequestHeads;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.WireError;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.http3.Http3Exception;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3HeadersValidationException;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;

/**
 * The last handler on a stream that a client has opened: reads the frames of a request, judges
 * their order and form, and tells {@link Http3ServerStream} what came.
 */
final class RequestReader extends ChannelInboundHandlerAdapter {
  private final Http3ServerConnection connection;
  private final Http3ServerStream stream;
  private final QuicStreamChannel channel;
  private boolean headRead;

  RequestReader(Http3ServerConnection connection, QuicStreamChannel channel) {
    this.connection = connection;
    this.channel = channel;
    this.stream = new Http3ServerStream(connection, channel);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    if (!connection.opened(stream)) {
      stream.refuse();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (stream.isClosed()) {
      ReferenceCountUtil.release(message);
      return;
    }
    try {
      take(message);
    } catch (Malformed _) {
      malformed();
    } catch (RuntimeException e) {
      bug(e);
    }
  }

  private void take(Object message) throws Malformed {
    switch (message) {
      case Http3HeadersFrame fields when headRead -> trailers(fields.headers());
      case Http3HeadersFrame fields -> head(fields.headers());
      case Http3DataFrame data -> stream.data(data.content());
      default -> ReferenceCountUtil.release(message);
    }
  }

  private void head(Http3Headers headers) throws Malformed {
    headRead = true;
    if (RequestHeads.extendedConnect(headers)) {
      throw new Malformed(":protocol, which was not offered"); // RFC 9220 §3
    }
    connection.countRequest();
    WireError error = connection.heads().read(headers, stream.head());
    if (error == null) {
      stream.headRead();
    } else {
      connection.rejected(error.label());
      stream.refuse(error, channel.isInputShutdown());
    }
  }

  private void trailers(Http3Headers headers) throws Malformed {
    HeadTable trailers = new HeadTable();
    WireError error = connection.heads().readTrailers(headers, trailers);
    if (error != null) {
      throw new Malformed(error.text());
    }
    stream.trailers(trailers.size() == 0 ? null : trailers);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    try {
      stream.flushRead(channel.isInputShutdown());
    } catch (RuntimeException e) {
      bug(e);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event != ChannelInputShutdownReadComplete.INSTANCE || stream.isClosed()) {
      return;
    }
    if (!headRead) {
      connection.rejected("http3_malformed");
      stream.cut(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
      connection.countReset();
      return;
    }
    try {
      stream.requestEnded();
    } catch (RuntimeException e) {
      bug(e);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (stream.isClosed()) {
      return; // what is left of a stream that was given up
    }
    switch (cause) {
      case Http3Exception error when error.errorCode() != Http3ErrorCode.H3_MESSAGE_ERROR ->
          connection.rejected("http3_protocol_error"); // Netty closes the connection
      case Http3Exception _, Http3HeadersValidationException _, IllegalArgumentException _ ->
          malformed(); // the last is a Content-Length that is none
      case DecoderException _ ->
          connection.fail("http3_protocol_error", Http3ErrorCode.H3_FRAME_ERROR);
      case QuicException _ -> {
        stream.cut(Http3ErrorCode.H3_REQUEST_CANCELLED);
        connection.countReset();
      }
      case ClosedChannelException _ -> stream.cut(Http3ErrorCode.H3_REQUEST_CANCELLED);
      default -> bug(cause);
    }
  }

  private void malformed() {
    connection.rejected("http3_malformed");
    stream.cut(Http3ErrorCode.H3_MESSAGE_ERROR);
    connection.countReset();
  }

  private void bug(Throwable cause) {
    connection.serving().registry().failed(connection.client(), cause);
    stream.cut(Http3ErrorCode.H3_INTERNAL_ERROR);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stream.onClosed();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    stream.onClosed();
  }
}
