package dev.yumen.dataplane.upstream;

import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.tls.UpstreamTls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an endpoint on its way, for bytes of any protocol: TCP, and TLS where the
 * upstream has it. It belongs to nobody's pool. Only on its loop.
 */
public final class BareDial {

  /** Hears how it went; later, never from inside, and not after {@link #cancel}. */
  public interface Outcome {
    void onConnected(Channel channel);

    void onFailed(Throwable cause);
  }

  /**
   * Sends what stands before everything else, TLS included. The channel is told to be connected
   * before it is told to be active, so the first bytes may be written between the two.
   */
  private static final class First extends ChannelDuplexHandler {
    private @Nullable ByteBuf header;

    First(ByteBuf header) {
      this.header = header;
    }

    private void send(ChannelHandlerContext context) {
      if (header != null) {
        context.write(header);
        header = null;
      }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      send(context);
      context.write(message, promise);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      send(context);
      context.flush();
      context.fireChannelActive();
      context.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      if (header != null) {
        header.release();
        header = null;
      }
    }
  }

  private final Endpoint endpoint;
  private final Outcome outcome;
  private @Nullable ChannelFuture connect;
  private boolean over;

  private BareDial(Endpoint endpoint, Outcome outcome) {
    this.endpoint = endpoint;
    this.outcome = outcome;
  }

  /**
   * Begins to connect.
   *
   * @param header to be sent first, before TLS; taken over
   * @param last the handler for what the service says; it stands at the end of the pipeline from
   *     the start
   */
  public static BareDial begin(
      Endpoint endpoint,
      Loop loop,
      @Nullable ByteBuf header,
      ChannelHandler last,
      Outcome outcome) {
    BareDial dial = new BareDial(endpoint, outcome);
    dial.start(loop, header, last);
    return dial;
  }

  private void start(Loop loop, @Nullable ByteBuf header, ChannelHandler last) {
    PoolSettings settings = endpoint.settings();
    ChannelFuture future =
        settings
            .bootstrap()
            .clone(loop.eventLoop())
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.clamp(settings.connectTimeout().toMillis(), 1, Integer.MAX_VALUE))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (header != null) {
                      channel.pipeline().addLast(new First(header));
                    }
                    secure(channel, settings.tls());
                    channel.pipeline().addLast(last);
                  }
                })
            .connect(endpoint.socketAddress());
    connect = future;
    future.addListener(
        done -> {
          if (!done.isSuccess()) {
            failed(done.cause());
          } else if (settings.tls() == null) {
            connected(future.channel());
          }
        });
  }

  private void secure(Channel channel, @Nullable UpstreamTls tls) {
    if (tls == null) {
      return;
    }
    int port = endpoint.socketAddress().getPort();
    SslHandler handler = tls.handler(channel.alloc(), endpoint.host(), port, List.of());
    channel.pipeline().addLast(handler);
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                connected(channel);
              } else if (connect != null && connect.isSuccess()) {
                channel.close();
                failed(new Dialer.HandshakeFailed(UpstreamTls.reason(done.cause()), done.cause()));
              }
            });
  }

  /** Gives it up. */
  public void cancel() {
    over = true;
    if (connect != null && !connect.cancel(false)) {
      connect.channel().close();
    }
  }

  private void connected(Channel channel) {
    if (over) {
      channel.close();
    } else {
      over = true;
      outcome.onConnected(channel);
    }
  }

  private void failed(Throwable cause) {
    if (!over) {
      over = true;
      outcome.onFailed(cause);
    }
  }
}
