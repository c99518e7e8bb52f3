package dev.yumen.bench;

import dev.yumen.api.Headers;
import dev.yumen.dataplane.routing.RoutingRequest;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.routing.TargetError;
import dev.yumen.dataplane.routing.TargetNormalizer;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A request without headers, used again and again as a connection would. */
final class RoutingCase implements RoutingRequest {
  private final byte[] sent = new byte[512];
  private final Target target = new Target();
  private int authorityEnd;

  /** Takes the bytes of the next request, host and target one after the other. */
  @Nullable TargetError take(byte[] pool, int start, int hostLength, int targetLength) {
    System.arraycopy(pool, start, sent, 0, hostLength + targetLength);
    authorityEnd = hostLength;
    return TargetNormalizer.normalize(sent, hostLength, hostLength + targetLength, target);
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public byte[] authorityBytes() {
    return sent;
  }

  @Override
  public int authorityStart() {
    return 0;
  }

  @Override
  public int authorityEnd() {
    return authorityEnd;
  }

  @Override
  public Headers headers() {
    throw new UnsupportedOperationException("no rule here asks for headers");
  }

  @Override
  public InetAddress clientAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public long wallMillis() {
    return 0;
  }

  @Override
  public String toString() {
    return new String(sent, 0, authorityEnd, StandardCharsets.US_ASCII) + target;
  }
}
