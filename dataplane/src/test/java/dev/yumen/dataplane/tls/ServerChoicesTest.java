package dev.yumen.dataplane.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import io.netty.handler.ssl.ClientAuth;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever certificates and hosts there are, every name has its choice, and the right one. */
class ServerChoicesTest {
  private static final Issued SOME = Pki.called("CA").server("some");
  private static final List<X509Certificate> CHAIN = SOME.chain();
  private static final PrivateKey KEY = SOME.key();
  private static final List<String> NAMES =
      List.of("x", "a.x", "b.x", "a.b.x", "*.x", "*.b.x", "y", "*.y", "a.y");
  private static final List<String> ASKED =
      List.of("x", "a.x", "b.x", "c.x", "a.b.x", "c.b.x", "y", "a.y", "c.y", "z", "a.z", ".x");

  @Provide
  Arbitrary<List<Set<String>>> certificates() {
    return Arbitraries.of(NAMES).set().ofMaxSize(3).list().ofMinSize(1).ofMaxSize(4);
  }

  @Provide
  Arbitrary<Set<String>> hosts() {
    return Arbitraries.of(NAMES).set().ofMaxSize(4);
  }

  @Property(tries = 2_000)
  void everyNameHasTheRightCertificateAndPolicy(
      @ForAll("certificates") List<Set<String>> certificates, @ForAll("hosts") Set<String> hosts) {
    List<KeyEntry> entries = new ArrayList<>();
    for (Set<String> names : certificates) {
      entries.add(new KeyEntry("file " + entries.size(), CHAIN, KEY, List.copyOf(names)));
    }
    Map<String, ClientPolicy> policies = new HashMap<>();
    ClientPolicy strict = new ClientPolicy(ClientAuth.REQUIRE, CHAIN);
    hosts.forEach(host -> policies.put(host, strict));
    ServerChoices<ServerChoices.Pair> choices =
        new ServerChoices<>(entries, ClientPolicy.NONE, policies);
    choices.make(pair -> pair);

    assertEquals(new ServerChoices.Pair(entries.getFirst(), ClientPolicy.NONE), choices.get(null));
    for (String name : ASKED) {
      ServerChoices.Pair expected =
          new ServerChoices.Pair(
              entry(entries, name), matches(hosts, name) ? strict : ClientPolicy.NONE);
      assertEquals(expected, choices.get(name), name);
    }
  }

  private static KeyEntry entry(List<KeyEntry> entries, String name) {
    for (String wanted : List.of(name, wildcard(name))) {
      for (KeyEntry entry : entries) {
        if (entry.names().contains(wanted)) {
          return entry;
        }
      }
    }
    return entries.getFirst();
  }

  private static boolean matches(Set<String> hosts, String name) {
    return hosts.contains(name) || hosts.contains(wildcard(name));
  }

  private static String wildcard(String name) {
    String rest = name.replaceFirst("^[^.]+", "");
    return rest.isEmpty() || name.startsWith(".") ? "" : "*" + rest;
  }
}
