package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Lets consumers in by name and group. Who the client is, a filter before has found out; nobody
 * comes through without having been recognised.
 */
public final class AclFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("acl", Config.class, AclFilter::new);

  /** Who may come in and who may not. */
  @Describe("Lets consumers in by name and group; deny wins over allow.")
  public record Config(
      @Describe("Only these may come in; without it, all consumers that are not denied.")
          @Nullable Members allow,
      @Describe("These may not come in, also when they are allowed.") @Nullable Members deny,
      @Describe(
              "Whether consumers and groups that the configuration does not know are refused; false"
                  + " where tokens name others.")
          @Default("true")
          boolean strict,
      @Describe("Named to clients that no filter before has recognised.") @Default("yumen")
          String realm) {

    public Config {
      if (allow == null && deny == null) {
        throw InvalidValue.found("", "nobody", "allow, deny or both");
      }
      Realm.check(realm);
    }
  }

  private final @Nullable Members allow;
  private final @Nullable Members deny;
  private final Verdict unknown;

  private AclFilter(Config config, FilterContext context) {
    allow = config.allow;
    deny = config.deny;
    if (config.strict && allow != null) {
      allow.check("allow", context.consumers());
    }
    if (config.strict && deny != null) {
      deny.check("deny", context.consumers());
    }
    unknown =
        Verdict.fail(
            Challenges.missing(
                "acl: no filter before has found a consumer", context.consumers(), config.realm));
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Consumer who = exchange.consumer();
    if (who == null) {
      return unknown;
    }
    if (deny != null && deny.has(who)) {
      return refuse(who, "is denied");
    }
    if (allow != null && !allow.has(who)) {
      return refuse(who, "is not allowed");
    }
    return Verdict.proceed();
  }

  private static Verdict refuse(Consumer who, String why) {
    return Verdict.fail(FailureCode.FORBIDDEN, "acl: consumer " + who.name() + " " + why);
  }
}
