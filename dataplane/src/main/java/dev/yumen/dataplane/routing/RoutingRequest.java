package dev.yumen.dataplane.routing;

import dev.yumen.api.Headers;
import java.net.InetAddress;

/** What of a request decides its route. */
public interface RoutingRequest {

  /** The method, in the case it was sent. */
  String method();

  /** The target in normal form. */
  Target target();

  /** The array that holds host and optional port as the client asked for them, in any case. */
  byte[] authorityBytes();

  int authorityStart();

  /** Equal to {@link #authorityStart()} when the client named no host. */
  int authorityEnd();

  Headers headers();

  /** The client: the peer, or what trusted proxies say of it. */
  InetAddress clientAddress();

  /** Now, in milliseconds since 1970. */
  long wallMillis();

  /** Whether nobody sent it: what is counted of requests is not counted of it. */
  default boolean isRehearsal() {
    return false;
  }
}
