package dev.yumen.api;

/**
 * An upstream of the configuration that a filter was made for; {@link FilterContext#upstream} gives
 * it. Good as long as that filter is.
 */
public interface UpstreamRef {

  /** Its name; where another one stands for it, the name of the one that is used. */
  String name();

  /** Whether its {@code protocol} and {@code tls} let the gateway speak HTTP/2 with it. */
  boolean maySpeakHttp2();
}
