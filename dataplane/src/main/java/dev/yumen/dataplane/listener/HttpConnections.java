package dev.yumen.dataplane.listener;

import dev.yumen.config.ListenerConfig;
import dev.yumen.dataplane.http2.Http2ServerConnection;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.Http1ServerConnection;
import dev.yumen.dataplane.server.Http2Upgrade;
import dev.yumen.dataplane.server.ListenerLimits;
import dev.yumen.dataplane.server.RequestAcceptor;
import dev.yumen.dataplane.server.Serving;
import dev.yumen.dataplane.tls.ServerTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;

/** Connections that speak HTTP: what stands in their pipelines at first. */
final class HttpConnections {
  private final RequestAcceptor acceptor;

  HttpConnections(RequestAcceptor acceptor) {
    this.acceptor = acceptor;
  }

  /** Puts the first handlers into the pipeline of a connection that was counted in. On its loop. */
  void begin(Channel accepted, Loop loop, Listener.Rules rules, ConnectionRegistry registry) {
    Http2Upgrade upgrade =
        rules.tls() == null && rules.protocols().contains(ListenerConfig.Protocol.HTTP2)
            ? upgrade(loop, rules, registry)
            : null;
    Serving serving =
        new Serving(loop, acceptor, ListenerLimits.of(rules.limits()), registry, upgrade, null);
    ServerTls tls = rules.tls();
    if (tls == null) {
      accepted.pipeline().addLast(first(rules, serving));
    } else {
      boolean onlyHttp2 = rules.only(ListenerConfig.Protocol.HTTP2);
      accepted
          .pipeline()
          .addLast(tls.handler(refusal -> registry.rejected(loop, refusal.label())))
          .addLast(new AfterHandshake(serving, onlyHttp2, rules.limits().http2()));
    }
  }

  private Http2Upgrade upgrade(Loop loop, Listener.Rules rules, ConnectionRegistry registry) {
    return (context, head, settings) -> {
      Serving serving =
          new Serving(loop, acceptor, ListenerLimits.of(rules.limits()), registry, null, null);
      Http2ServerConnection http2 = Http2ServerConnection.of(serving, rules.limits().http2());
      context.pipeline().replace(context.handler(), null, http2);
      http2.upgraded(head, settings);
    };
  }

  private static ChannelHandler first(Listener.Rules rules, Serving serving) {
    if (rules.only(ListenerConfig.Protocol.HTTP1)) {
      return new Http1ServerConnection(serving);
    }
    if (rules.only(ListenerConfig.Protocol.HTTP2)) {
      return Http2ServerConnection.of(serving, rules.limits().http2());
    }
    return new ProtocolChooser(serving, rules.limits().http2());
  }
}
