package dev.yumen.dataplane.routing;

import dev.yumen.api.Headers;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** A request as a test writes it: {@code get("shop.test", "/a?b=c")}. */
final class SimpleRequest implements RoutingRequest {
  private final String method;
  private final Target target = new Target();
  private final byte[] authority;
  private final Headers headers = new FieldList();
  private InetAddress client = InetAddress.ofLiteral("192.0.2.1");
  private Instant now = Instant.parse("2026-11-20T12:00:00Z");

  private SimpleRequest(String method, String host, String target) {
    this.method = method;
    this.authority = host.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
    TargetError error = TargetNormalizer.normalize(bytes, 0, bytes.length, this.target);
    if (error != null) {
      throw new IllegalArgumentException(target + ": " + error);
    }
  }

  static SimpleRequest get(String host, String target) {
    return new SimpleRequest("GET", host, target);
  }

  static SimpleRequest of(String method, String host, String target) {
    return new SimpleRequest(method, host, target);
  }

  SimpleRequest header(String name, String value) {
    headers.add(name, value);
    return this;
  }

  SimpleRequest from(String client) {
    this.client = InetAddress.ofLiteral(client);
    return this;
  }

  SimpleRequest at(String instant) {
    this.now = Instant.parse(instant);
    return this;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public byte[] authorityBytes() {
    return authority;
  }

  @Override
  public int authorityStart() {
    return 0;
  }

  @Override
  public int authorityEnd() {
    return authority.length;
  }

  @Override
  public Headers headers() {
    return headers;
  }

  @Override
  public InetAddress clientAddress() {
    return client;
  }

  @Override
  public long wallMillis() {
    return now.toEpochMilli();
  }

  @Override
  public String toString() {
    return method + " " + new String(authority, StandardCharsets.UTF_8) + " " + target;
  }
}
