package dev.yumen.dataplane.loop;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;

/**
 * Who is at the other end of a client's connection, and what it connected to: as a trusted peer
 * announced it, else as the socket says. Asked for once for each connection.
 *
 * @param client the client's address
 * @param local the address that the client connected to
 */
public record ClientAddress(InetSocketAddress client, InetSocketAddress local) {
  private static final AttributeKey<ClientAddress> ANNOUNCED =
      AttributeKey.valueOf(ClientAddress.class, "announced");

  public static ClientAddress of(Channel channel) {
    ClientAddress announced = channel.attr(ANNOUNCED).get();
    return announced != null
        ? announced
        : new ClientAddress(
            (InetSocketAddress) channel.remoteAddress(),
            (InetSocketAddress) channel.localAddress());
  }

  /** Makes this the address of the channel, instead of that of its socket. */
  public void announce(Channel channel) {
    channel.attr(ANNOUNCED).set(this);
  }
}
