package dev.yumen.dataplane.recording;

import dev.yumen.api.FailureCode;
import dev.yumen.api.TlsSession;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A request that has ended, beside its head.
 *
 * @param id by which logs and the client know it
 * @param version of HTTP that the client speaks
 * @param result what became of it
 */
public record Ended(String id, Origin origin, String version, Result result) {

  /**
   * Where it came from.
   *
   * @param listener name of the one it came by
   * @param peer the other end of the connection
   * @param client the same, or who trusted proxies say it is
   * @param tls null without TLS
   */
  public record Origin(
      String listener, InetAddress peer, InetAddress client, @Nullable TlsSession tls) {}

  /**
   * What became of it.
   *
   * @param route its id; empty when none took it
   * @param upstream null when it was not forwarded
   * @param endpoint where it went last, such as {@code 10.0.0.1:8080}; null when it went nowhere
   * @param status what the client got, or would have got had it stayed
   * @param failure what went wrong; null when nothing did
   * @param nanos from its first byte to its end
   */
  public record Result(
      String route,
      @Nullable String upstream,
      @Nullable String endpoint,
      int status,
      @Nullable FailureCode failure,
      long nanos) {}
}
