package dev.yumen.filters.security;

import dev.yumen.api.Cidr;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Verdict;
import java.net.InetAddress;
import java.util.List;

/** Lets clients in by their address. */
public final class IpRestrictionFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "ip-restriction", Config.class, (config, context) -> new IpRestrictionFilter(config));

  /** Who may come in and who may not. */
  @Describe("Lets clients in by their address; deny wins over allow.")
  public record Config(
      @Describe("Only these may come in; empty for everybody that is not denied.") @OneOrMany
          List<Cidr> allow,
      @Describe("These may not come in, also when they are allowed.") @OneOrMany List<Cidr> deny) {

    public Config {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
      if (allow.isEmpty() && deny.isEmpty()) {
        throw new InvalidValue("", "no ranges", "allow, deny or both");
      }
    }
  }

  private final Cidr[] allow;
  private final Cidr[] deny;

  private IpRestrictionFilter(Config config) {
    allow = config.allow.toArray(Cidr[]::new);
    deny = config.deny.toArray(Cidr[]::new);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    InetAddress client = exchange.clientAddress();
    if (contains(deny, client) || (allow.length > 0 && !contains(allow, client))) {
      return Verdict.fail(
          FailureCode.FORBIDDEN, "client address " + client.getHostAddress() + " is not allowed");
    }
    return Verdict.proceed();
  }

  private static boolean contains(Cidr[] ranges, InetAddress address) {
    for (Cidr range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
