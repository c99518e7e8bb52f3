package dev.yumen.dataplane.routing;

import dev.yumen.api.Headers;
import java.net.InetAddress;

/** A request with the one form of its path that its route was found by. */
final class AsMatched implements RoutingRequest {
  private final RoutedRequest request;
  private final Target target = new Target();

  AsMatched(RoutedRequest request) {
    this.request = request;
    RouteMatch<?> match = request.routeMatch();
    Target asked = request.target();
    if (match.isMatch()) {
      target.path(match.path(), match.pathStart(), match.pathEnd());
    } else {
      target.path(asked.path(), asked.pathStart(), asked.pathEnd());
    }
    target.query = asked.query;
    target.queryStart = asked.queryStart;
    target.queryEnd = asked.queryEnd;
    target.hasQuery = asked.hasQuery;
  }

  @Override
  public String method() {
    return request.method();
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public byte[] authorityBytes() {
    return request.authorityBytes();
  }

  @Override
  public int authorityStart() {
    return request.authorityStart();
  }

  @Override
  public int authorityEnd() {
    return request.authorityEnd();
  }

  @Override
  public Headers headers() {
    return request.headers();
  }

  @Override
  public InetAddress clientAddress() {
    return request.clientAddress();
  }

  @Override
  public long wallMillis() {
    return request.wallMillis();
  }

  @Override
  public boolean isRehearsal() {
    return request.isRehearsal();
  }
}
