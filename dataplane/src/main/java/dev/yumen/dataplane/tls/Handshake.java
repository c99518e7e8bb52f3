package dev.yumen.dataplane.tls;

import dev.yumen.dataplane.loop.ClientAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's handshake, from the connection to its end: the time it has, and the one report of
 * why it failed. Lives on the connection's event loop.
 */
final class Handshake {
  private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

  private final Consumer<TlsRefusal> refusals;
  private final long startMillis = System.currentTimeMillis();
  private @Nullable ScheduledFuture<?> timeout;
  private boolean over;

  Handshake(Consumer<TlsRefusal> refusals) {
    this.refusals = refusals;
  }

  void start(ChannelHandlerContext ctx, Duration most) {
    timeout =
        ctx.executor()
            .schedule(
                () -> {
                  refused(ctx.channel(), TlsRefusal.TLS_HANDSHAKE_TIMEOUT, "no end after " + most);
                  ctx.channel().close();
                },
                most.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  /** When it began, by the clock of the machine. */
  long startMillis() {
    return startMillis;
  }

  boolean isOver() {
    return over;
  }

  void succeeded() {
    end();
  }

  /** Reports why it failed, unless it is over already. Leaves the connection as it is. */
  void refused(Channel channel, TlsRefusal reason, @Nullable String detail) {
    if (over) {
      return;
    }
    end();
    report(channel, reason, detail);
  }

  /** Reports what is wrong after the handshake. */
  void report(Channel channel, TlsRefusal reason, @Nullable String detail) {
    refusals.accept(reason);
    LOG.debug("{} from {}: {}", reason.label(), ClientAddress.of(channel).client(), detail);
  }

  private void end() {
    over = true;
    if (timeout != null) {
      timeout.cancel(false);
    }
  }
}
