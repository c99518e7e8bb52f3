package dev.yumen.dataplane.tls;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values by host name: exact names before {@code *.} names, which stand for one label (RFC 9525
 * §6.3). Not changed once it is in use.
 */
public final class HostMap<T> {
  private final Map<String, T> byName = new HashMap<>();

  /** The value that is there already and stays, or null when this one is taken. */
  public @Nullable T add(String name, T value) {
    return byName.putIfAbsent(name, value);
  }

  /** The value for a host name in lower case, or null. */
  public @Nullable T get(String host) {
    T exact = byName.get(host);
    if (exact != null) {
      return exact;
    }
    int dot = host.indexOf('.');
    return dot <= 0 ? null : byName.get("*" + host.substring(dot));
  }
}
