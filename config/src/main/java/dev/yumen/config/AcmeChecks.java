package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What must hold between listeners that want certificates and the authorities that give them. */
final class AcmeChecks {
  private final Mapping root;
  private final Problems problems;
  private final Map<String, Issuer> issuers = new LinkedHashMap<>();

  /** An authority, and where it stands. */
  private record Issuer(Node node, At at) {}

  AcmeChecks(Mapping root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  /**
   * @param complete whether all files could be read; when not, an authority may be in another one
   */
  void check(boolean complete) {
    boolean known = findIssuers() && complete;
    boolean plain = false;
    Map<String, Issuer> used = new LinkedHashMap<>();
    if (root.get("listeners") instanceof Mapping listeners) {
      for (Entry entry : listeners.entries()) {
        Node tls = child(entry.value(), "tls");
        plain |= Node.absent(tls);
        Node acme = child(tls, "acme");
        if (acme != null && !Node.absent(acme)) {
          At at = At.TOP.key("listeners").key(entry.key()).key("tls").key("acme");
          use(acme, at, known, used);
        }
      }
    }
    if (!plain) {
      used.values().forEach(this::warnOfHttp);
    }
  }

  /** Whether the name of each could be read. */
  private boolean findIssuers() {
    boolean readable = true;
    Node written = root.get("acme");
    List<Node> items = Node.absent(written) ? List.of() : Node.items(written);
    for (int i = 0; i < items.size(); i++) {
      At top = At.TOP.key("acme");
      At at = written instanceof Sequence ? top.item(i) : top;
      Node name = child(items.get(i), "name");
      readable &= Node.absent(name) || name instanceof Scalar;
      String text = name instanceof Scalar scalar ? scalar.text() : AcmeConfig.DEFAULT_NAME;
      if (issuers.putIfAbsent(text, new Issuer(items.get(i), at)) != null) {
        Place place = name == null ? items.get(i).place() : name.place();
        problems.error(
            place, at.key("name"), Text.quoted(text) + " is the name of another one already");
      }
    }
    return readable;
  }

  private void use(Node acme, At at, boolean complete, Map<String, Issuer> used) {
    Node written = child(acme, "issuer");
    boolean readable = Node.absent(written) || written instanceof Scalar;
    if (!readable || (written instanceof Scalar scalar && scalar.origin() == Origin.UNRESOLVED)) {
      return;
    }
    String name = written instanceof Scalar scalar ? scalar.text() : AcmeConfig.DEFAULT_NAME;
    Issuer issuer = issuers.get(name);
    if (issuer != null) {
      used.put(name, issuer);
    } else if (complete && issuers.isEmpty()) {
      problems.error(
          acme.place(), at, "no authority (expected: acme at the top, with agree-to-terms: true)");
    } else if (complete) {
      Place place = written == null ? acme.place() : written.place();
      String meant = Suggestion.closest(name, issuers.keySet());
      problems.error(
          place,
          at.key("issuer"),
          "unknown authority " + Text.quoted(name) + Suggestion.hintOf(meant, issuers.keySet()));
    }
  }

  private void warnOfHttp(Issuer issuer) {
    Node challenge = child(issuer.node(), "challenge");
    if (challenge instanceof Scalar scalar && scalar.text().equals("http-01")) {
      problems.warning(
          challenge.place(),
          issuer.at().key("challenge"),
          "no listener can answer (expected: one without tls, which port 80 leads to)");
    }
  }

  private static @Nullable Node child(@Nullable Node node, String key) {
    return node instanceof Mapping mapping ? mapping.get(key) : null;
  }
}
