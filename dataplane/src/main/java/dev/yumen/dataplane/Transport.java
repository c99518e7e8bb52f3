package dev.yumen.dataplane;

import dev.yumen.config.RuntimeConfig;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How sockets are served: by epoll where there is one, by io_uring when asked, else by NIO. */
record Transport(
    String name,
    IoHandlerFactory handlers,
    Class<? extends ServerChannel> serverChannel,
    Class<? extends SocketChannel> socketChannel,
    Class<? extends DatagramChannel> datagramChannel) {
  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

  static Transport of(RuntimeConfig.Transport wanted) {
    return switch (wanted) {
      case NIO -> nio();
      case IO_URING -> {
        if (IoUring.isAvailable()) {
          yield new Transport(
              "io_uring",
              IoUringIoHandler.newFactory(4096),
              IoUringServerSocketChannel.class,
              IoUringSocketChannel.class,
              IoUringDatagramChannel.class);
        }
        LOG.warn("io_uring is not to be had here: {}", IoUring.unavailabilityCause().toString());
        yield epollOrNio();
      }
      case AUTO, EPOLL -> epollOrNio();
    };
  }

  private static Transport epollOrNio() {
    if (!Epoll.isAvailable()) {
      return nio();
    }
    return new Transport(
        "epoll",
        WatchedEpoll.factory(),
        EpollServerSocketChannel.class,
        EpollSocketChannel.class,
        EpollDatagramChannel.class);
  }

  private static Transport nio() {
    return new Transport(
        "nio",
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioSocketChannel.class,
        NioDatagramChannel.class);
  }

  MultiThreadIoEventLoopGroup group(int loops) {
    return new MultiThreadIoEventLoopGroup(
        loops, new DefaultThreadFactory("loop-" + name, true), handlers);
  }
}
