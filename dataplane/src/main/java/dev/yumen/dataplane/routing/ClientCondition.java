package dev.yumen.dataplane.routing;

import dev.yumen.api.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/** The client's address is in one of these ranges. */
record ClientCondition(List<Cidr> ranges) implements Condition {
  @Override
  public boolean test(RoutingRequest request) {
    return contains(request.clientAddress());
  }

  private boolean contains(InetAddress address) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).contains(address)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String setting() {
    return "client";
  }

  @Override
  public String describe() {
    return ranges.stream()
        .map(Cidr::toString)
        .collect(Collectors.joining(" or ", "client is in ", ""));
  }

  /** Two ranges are apart, or one holds the other's first address. */
  @Override
  public boolean isDisjointFrom(Condition other) {
    return other instanceof ClientCondition that
        && that.ranges.stream().map(ClientCondition::network).noneMatch(this::contains)
        && ranges.stream().map(ClientCondition::network).noneMatch(that::contains);
  }

  private static InetAddress network(Cidr range) {
    String text = range.toString();
    return InetAddress.ofLiteral(text.substring(0, text.indexOf('/')));
  }
}
