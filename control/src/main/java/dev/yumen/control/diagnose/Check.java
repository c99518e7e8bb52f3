package dev.yumen.control.diagnose;

import java.util.List;
import java.util.stream.Stream;

/** A step of a tree, in the order in which operators take them. */
public enum Check {
  NETWORK(Tree.TIMEOUTS),
  UPSTREAM(Tree.TIMEOUTS),
  GATEWAY_TIMEOUT(Tree.TIMEOUTS),
  RESOURCES(Tree.TIMEOUTS),
  BLOCKED_THREADS(Tree.TIMEOUTS),

  /** Which route takes the request, if any. */
  ROUTE(Tree.AUTH),
  /** Whether a credential was shown, in a form that can be read. */
  HEADER(Tree.AUTH),
  /** Whether it is a real one: a signature, a key, a password. */
  SIGNATURE(Tree.AUTH),
  EXPIRY(Tree.AUTH),
  /** Whether it is of the right issuer, for this service, and of somebody who is known. */
  CLAIMS(Tree.AUTH),
  /** Whether who is known may do this. */
  RULE(Tree.AUTH),
  /** What the service behind says. */
  SERVICE(Tree.AUTH);

  private final Tree tree;

  Check(Tree tree) {
    this.tree = tree;
  }

  static List<Check> of(Tree tree) {
    return Stream.of(values()).filter(check -> check.tree == tree).toList();
  }
}
