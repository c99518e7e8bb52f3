package dev.yumen.dataplane.upstream;

import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.http2.Http2UpstreamConnection;
import dev.yumen.dataplane.tls.UpstreamTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections of one pool: TCP, then TLS where the upstream has it, then what both sides
 * speak. Only on the pool's loop.
 */
final class Dialer {
  private static final String H2 = "h2";
  private static final String HTTP_1_1 = "http/1.1";

  /** The service closed a connection before it could be used. */
  static final class ClosedEarly extends IOException {
    private static final long serialVersionUID = 1L;

    ClosedEarly() {
      super("it closed the connection at once");
    }
  }

  /** The TLS handshake did not come to an end in order. */
  static final class HandshakeFailed extends IOException {
    private static final long serialVersionUID = 1L;

    HandshakeFailed(String reason, @Nullable Throwable cause) {
      super(reason, cause);
    }
  }

  /** Stands behind TLS until there is a protocol. How a handshake fails, its future tells. */
  private static final class InHandshake extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  private final ConnectionPool pool;
  private final Endpoint endpoint;
  private final PoolSettings settings;
  private final Bootstrap bootstrap;
  private final List<String> alpn;

  Dialer(ConnectionPool pool, Endpoint endpoint, PoolSettings settings) {
    this.pool = pool;
    this.endpoint = endpoint;
    this.settings = settings;
    this.alpn = alpn(settings.protocol());
    this.bootstrap =
        settings
            .bootstrap()
            .clone(pool.loop().eventLoop())
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.clamp(settings.connectTimeout().toMillis(), 1, Integer.MAX_VALUE));
  }

  private static List<String> alpn(UpstreamConfig.Protocol protocol) {
    return switch (protocol) {
      case AUTO -> List.of(H2, HTTP_1_1);
      case HTTP1 -> List.of(HTTP_1_1);
      case H2C, HTTP2 -> List.of(H2);
    };
  }

  /** Whether a connection may come to speak HTTP/2. */
  boolean mayShare() {
    return switch (settings.protocol()) {
      case HTTP1 -> false;
      case H2C, HTTP2 -> true;
      case AUTO -> mayChoose();
    };
  }

  /** Whether the upstream is asked which version of HTTP it speaks. */
  boolean mayChoose() {
    return settings.protocol() == UpstreamConfig.Protocol.AUTO && settings.tls() != null;
  }

  /**
   * Begins to make a connection. How it went is told to the pool later, never from inside.
   *
   * @param request that it is for, or null when it is to be shared
   * @param http1 whether it must speak HTTP/1.1, though the upstream may know more
   */
  Dial dial(ConnectionPool.@Nullable Waiting request, boolean http1) {
    Dial dial = new Dial(request, http1 ? List.of(HTTP_1_1) : alpn);
    dial.start();
    return dial;
  }

  /** One connection on its way. */
  final class Dial {
    private final ConnectionPool.@Nullable Waiting request;
    private final List<String> alpn;
    private @Nullable ChannelFuture connect;
    private boolean over;

    Dial(ConnectionPool.@Nullable Waiting request, List<String> alpn) {
      this.request = request;
      this.alpn = alpn;
    }

    void start() {
      ChannelFuture future =
          bootstrap
              .clone()
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      first(channel);
                    }
                  })
              .connect(endpoint.socketAddress());
      connect = future;
      future.addListener(
          done -> {
            if (!done.isSuccess()) {
              failed(done.cause());
            } else if (settings.tls() == null) {
              ready(future.channel());
            }
          });
    }

    /** Gives it up; the pool hears nothing of it any more. */
    void cancel() {
      over = true;
      if (connect != null && !connect.cancel(false)) {
        connect.channel().close();
      }
    }

    private void first(Channel channel) {
      UpstreamTls tls = settings.tls();
      if (tls != null) {
        SslHandler handler =
            tls.handler(channel.alloc(), endpoint.host(), endpoint.socketAddress().getPort(), alpn);
        channel.pipeline().addLast(handler).addLast(new InHandshake());
        handler
            .handshakeFuture()
            .addListener(
                done -> {
                  if (done.isSuccess()) {
                    agreed(channel, handler.applicationProtocol());
                  } else if (connect != null && connect.isSuccess()) {
                    channel.close();
                    failed(new HandshakeFailed(UpstreamTls.reason(done.cause()), done.cause()));
                  }
                });
      } else if (settings.protocol() == UpstreamConfig.Protocol.H2C) {
        channel.pipeline().addLast(Http2UpstreamConnection.of(pool, false));
      } else {
        channel.pipeline().addLast(new Http1UpstreamConnection(pool, pool.loop().nanoTime()));
      }
    }

    private void agreed(Channel channel, @Nullable String protocol) {
      if (over) {
        channel.close();
      } else if (H2.equals(protocol)) {
        agreed(channel, Http2UpstreamConnection.of(pool, true));
      } else if (settings.protocol() == UpstreamConfig.Protocol.HTTP2) {
        channel.close();
        failed(new HandshakeFailed("the service does not agree to HTTP/2 by ALPN", null));
      } else {
        agreed(channel, new Http1UpstreamConnection(pool, pool.loop().nanoTime()));
        ready(channel);
      }
    }

    private static void agreed(Channel channel, ChannelHandler protocol) {
      channel.pipeline().replace(InHandshake.class, null, protocol);
    }

    /** An HTTP/2 connection tells by itself when it is ready, by onReady or onClosed. */
    private void ready(Channel channel) {
      Http1UpstreamConnection made = channel.pipeline().get(Http1UpstreamConnection.class);
      if (made != null && !over) {
        over = true;
        pool.made(made, request);
      }
    }

    private void failed(Throwable cause) {
      if (!over) {
        over = true;
        pool.failed(cause, request);
      }
    }
  }
}
