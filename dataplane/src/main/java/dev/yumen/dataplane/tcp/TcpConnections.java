package dev.yumen.dataplane.tcp;

import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.tls.ServerTls;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** Takes over connections that were counted in. On their loops. */
public final class TcpConnections {
  private TcpConnections() {}

  /** Keeps what a plan needs from being given back. */
  public interface Pin {
    /** Lets go; called once, on the loop on which it was taken. */
    void release();
  }

  /**
   * Puts the first handlers into the pipeline of a connection.
   *
   * @param tls that ends here; null for none
   * @param pin is let go when the plan is needed no more
   */
  public static void begin(
      Channel client,
      Loop loop,
      ConnectionRegistry registry,
      TcpPlan plan,
      @Nullable ServerTls tls,
      Pin pin) {
    TcpServing serving = new TcpServing(loop, registry, plan, pin);
    if (plan.asksForName()) {
      client.pipeline().addLast(new ServerNameReader(serving));
      return;
    }
    TcpConnection connection = new TcpConnection(serving, client);
    if (tls == null) {
      client.pipeline().addLast(connection.clientSide());
      connection.proceed(null);
    } else {
      client
          .pipeline()
          .addLast(tls.handler(refusal -> registry.countRefused(loop, refusal.label())))
          .addLast(connection.clientSide());
    }
  }
}
