package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Remark;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Lets consumers in by user name and password (RFC 7617). */
public final class BasicAuthFilter implements Filter, Explains, TakesCredentials {
  public static final FilterType<Config> TYPE =
      new FilterType<>("basic-auth", Config.class, BasicAuthFilter::new);

  /** How it asks. */
  @Describe("Lets consumers in by user name and password.")
  public record Config(
      @Describe("Shown by browsers when they ask for the password.") @Default("yumen") String realm,
      @Describe("Whether Authorization is taken from the request before it is forwarded.")
          @Default("true")
          boolean hideCredentials,
      @Describe(
              "How long a password that was right counts as right without its hash being computed"
                  + " again; 0s for not at all. Only for password-hash.")
          @Default("1m")
          Duration remember) {

    public Config {
      Realm.check(realm);
      if (remember.isNegative() || remember.compareTo(LONGEST) > 0) {
        throw new InvalidValue("remember", remember.toString(), "0s to 1h");
      }
    }
  }

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int REMEMBERED = 4_096;
  private static final int WAITING = 64;

  private final Credentials credentials = new Credentials();
  private final Passwords passwords = new Passwords();
  private final Recent<Digest, UpstreamIdentity> recent;
  private final FilterContext context;
  private final boolean hide;
  private final long rememberNanos;
  private final @Nullable SlowChecks checks;
  private final Verdict missing;
  private final Verdict invalid;

  private BasicAuthFilter(Config config, FilterContext context) {
    this.context = context;
    hide = config.hideCredentials;
    rememberNanos = config.remember.toNanos();
    missing = BasicCredentials.missing(config.realm);
    invalid = BasicCredentials.invalid(config.realm);
    context.consumers().forEach(this::add);
    if (credentials.isEmpty() && passwords.isEmpty()) {
      throw new InvalidValue("", "no passwords", "a consumer with a credential basic");
    }
    checks = passwords.isEmpty() ? null : SlowChecks.of(context, "passwords", WAITING);
    recent = new Recent<>(passwords.isEmpty() ? 0 : REMEMBERED);
  }

  private void add(Consumer consumer) {
    UpstreamIdentity identity = UpstreamIdentity.of(consumer, TYPE.name());
    for (Consumer.Credential credential : consumer.credentials()) {
      Consumer.Basic basic = credential.basic();
      if (basic != null && basic.password() != null) {
        credentials.add(basic.username() + ":" + basic.password(), identity);
      } else if (basic != null && basic.passwordHash() != null) {
        passwords.add(basic, basic.passwordHash(), identity);
      }
    }
  }

  @Override
  public Set<String> credentialNames() {
    return Set.of("authorization");
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Headers headers = exchange.request().headers();
    if (!BasicCredentials.areShown(headers)) {
      return missing;
    }
    byte[] shown = BasicCredentials.of(headers);
    if (shown == null) {
      return invalid;
    }
    UpstreamIdentity identity = credentials.find(shown);
    return identity == null && checks != null
        ? prove(exchange, shown, checks)
        : verdict(exchange, identity);
  }

  @Override
  public Effect explain(Exchange exchange) {
    Headers headers = exchange.request().headers();
    byte[] shown = BasicCredentials.areShown(headers) ? BasicCredentials.of(headers) : null;
    UpstreamIdentity identity = shown == null ? null : credentials.find(shown);
    if (shown != null && identity == null && checks != null) {
      return Effect.untried(Remark.About.SLOW_CHECK, "password");
    }
    return Effect.sure(
        shown == null && !BasicCredentials.areShown(headers)
            ? missing
            : verdict(exchange, identity));
  }

  private Verdict prove(Exchange exchange, byte[] shown, SlowChecks slow) {
    Digest digest = passwords.digest(shown);
    UpstreamIdentity known = recent.get(digest, context.nanoTime());
    if (known != null) {
      return verdict(exchange, known);
    }
    CompletableFuture<Optional<UpstreamIdentity>> proof =
        slow.prove(this, digest, () -> Optional.ofNullable(passwords.prove(shown)));
    return proof == null
        ? Verdict.fail(FailureCode.OVERLOADED, "too many passwords wait for their check")
        : Verdict.await(
            proof.thenApplyAsync(
                found -> {
                  found.ifPresent(
                      identity -> recent.put(digest, identity, context.nanoTime() + rememberNanos));
                  return verdict(exchange, found.orElse(null));
                },
                exchange.executor()));
  }

  private Verdict verdict(Exchange exchange, @Nullable UpstreamIdentity identity) {
    if (identity == null) {
      return invalid;
    }
    if (hide) {
      exchange.request().headers().remove("authorization");
    }
    identity.assign(exchange);
    return Verdict.proceed();
  }
}
