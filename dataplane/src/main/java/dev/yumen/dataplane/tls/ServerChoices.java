package dev.yumen.dataplane.tls;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate and which policy a client gets by the name it asks for. Names are looked up by
 * the certificates and by {@code hosts} apart, so what stands for both is made for each pair that
 * some name can lead to. Immutable.
 */
final class ServerChoices<T> {
  /** A certificate with a policy. */
  record Pair(KeyEntry entry, ClientPolicy policy) {}

  private final List<KeyEntry> entries;
  private final HostMap<KeyEntry> byName = new HostMap<>();
  private final Map<String, ClientPolicy> hosts;
  private final HostMap<ClientPolicy> policies = new HostMap<>();
  private final ClientPolicy usual;
  private final Map<Pair, T> made = new HashMap<>();

  /**
   * @param entries the first is for every name that none is for
   * @param usual the policy for names that {@code hosts} does not hold
   */
  ServerChoices(List<KeyEntry> entries, ClientPolicy usual, Map<String, ClientPolicy> hosts) {
    this.entries = entries;
    this.usual = usual;
    this.hosts = hosts;
    hosts.forEach(policies::add);
    for (KeyEntry entry : entries) {
      entry.names().forEach(name -> byName.add(name, entry));
    }
  }

  /** Makes what stands for each pair; to be called once, before {@link #get}. */
  void make(Function<Pair, T> maker) {
    for (KeyEntry entry : entries) {
      made.computeIfAbsent(new Pair(entry, usual), maker);
    }
    hosts.forEach(
        (host, policy) -> {
          for (String name : (Iterable<String>) namesUnder(host)::iterator) {
            made.computeIfAbsent(new Pair(entry(name), policy), maker);
          }
        });
  }

  /** Names that, asked for, lead to every certificate that a name under this host can lead to. */
  private Stream<String> namesUnder(String host) {
    if (!host.startsWith("*.")) {
      return Stream.of(host);
    }
    String suffix = host.substring(1);
    Stream<String> written =
        entries.stream()
            .flatMap(entry -> entry.names().stream())
            .filter(
                name ->
                    !name.startsWith("*") && name.indexOf('.') == name.length() - suffix.length())
            .filter(name -> name.endsWith(suffix));
    return Stream.concat(Stream.of(host), written);
  }

  T get(@Nullable String serverName) {
    KeyEntry entry = serverName == null ? entries.getFirst() : entry(serverName);
    return Objects.requireNonNull(made.get(new Pair(entry, policy(serverName))));
  }

  ClientPolicy policy(@Nullable String name) {
    ClientPolicy own = name == null ? null : policies.get(name);
    return own == null ? usual : own;
  }

  private KeyEntry entry(String name) {
    KeyEntry entry = byName.get(name);
    return entry == null ? entries.getFirst() : entry;
  }
}
