package dev.yumen.filters.security;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Verdict;
import java.util.List;
import java.util.regex.Pattern;

/** Lets requests in by the site that the page with the link or the image is on. */
public final class RefererRestrictionFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "referer-restriction",
          Config.class,
          (config, context) -> new RefererRestrictionFilter(config));

  private static final Pattern HOST =
      Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\\[[0-9a-f:.]+]");

  /** What happens to requests that do not say where they come from. */
  public enum Missing {
    ALLOW,
    REFUSE
  }

  /** Which sites. */
  @Describe("Lets requests in by the host in Referer; deny wins over allow.")
  public record Config(
      @Describe(
              "Only pages of these hosts; example.com, or *.example.com for every name below it."
                  + " Empty for all that are not denied.")
          @OneOrMany
          List<String> allow,
      @Describe("Pages of these hosts may not, also when they are allowed.") @OneOrMany
          List<String> deny,
      @Describe("What happens to requests without Referer.") @Default("refuse") Missing missing) {

    public Config {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
      if (allow.isEmpty() && deny.isEmpty()) {
        throw InvalidValue.found("", "no hosts", "allow, deny or both");
      }
      allow.forEach(host -> check("allow", host));
      deny.forEach(host -> check("deny", host));
    }

    private static void check(String component, String host) {
      if (!HOST.matcher(host).matches()) {
        throw new InvalidValue(
            component, host, "a lower-case host name such as example.com or *.example.com");
      }
    }
  }

  private final List<String> allow;
  private final List<String> deny;
  private final boolean mayBeMissing;

  private RefererRestrictionFilter(Config config) {
    allow = config.allow;
    deny = config.deny;
    mayBeMissing = config.missing == Missing.ALLOW;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    List<String> referers = exchange.request().headers().all("referer");
    if (referers.isEmpty() || (referers.size() == 1 && referers.getFirst().isBlank())) {
      return mayBeMissing
          ? Verdict.proceed()
          : Verdict.fail(FailureCode.FORBIDDEN, "referer-restriction: no Referer");
    }
    String origin = referers.size() == 1 ? OwnOrigin.of(referers.getFirst()) : null;
    if (origin == null) {
      return Verdict.fail(
          FailureCode.FORBIDDEN, "referer-restriction: a Referer that is no address of a page");
    }
    String host = host(origin);
    if (isOneOf(deny, host) || !(allow.isEmpty() || isOneOf(allow, host))) {
      return Verdict.fail(FailureCode.FORBIDDEN, "referer-restriction: a page of " + host);
    }
    return Verdict.proceed();
  }

  /** Without scheme, port and final dot. */
  private static String host(String origin) {
    String authority = origin.substring(origin.indexOf("://") + 3);
    int colon = authority.lastIndexOf(':');
    String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  private static boolean isOneOf(List<String> hosts, String host) {
    for (String one : hosts) {
      boolean below = one.startsWith("*.");
      if (below
          ? host.endsWith(one.substring(1)) && host.length() >= one.length()
          : host.equals(one)) {
        return true;
      }
    }
    return false;
  }
}
