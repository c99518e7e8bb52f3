package dev.yumen.filters.auth;

import com.unboundid.ldap.sdk.LDAPException;
import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Remark;
import dev.yumen.api.Secret;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.Verdict;
import dev.yumen.filters.fetch.Bounds;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets people in by the user name and password that a directory knows (RFC 4513, RFC 7617). */
public final class LdapAuthFilter implements Filter, Explains, TakesCredentials {
  public static final FilterType<Config> TYPE =
      new FilterType<>("ldap-auth", Config.class, LdapAuthFilter::new);

  /** How an entry is found by the name that somebody shows. */
  @Describe("How a person's entry is found.")
  public record Search(
      @Describe("Where people are, such as ou=people,dc=example,dc=com.") String base,
      @Describe("Which one it is; {user} is the name that was shown.") @Default("(uid={user})")
          String filter,
      @Describe("Who searches; nobody in particular without it.") @Nullable String bindDn,
      @Describe("Password of bind-dn; use ${file:…} or ${NAME} rather than the password itself.")
          @Secret
          @Nullable String password) {

    public Search {
      requireDn("base", base);
      requireFilter(filter, "user");
      if ((bindDn == null) != (password == null) || (password != null && password.isEmpty())) {
        throw InvalidValue.found("", "one without the other", "bind-dn and password, or neither");
      }
      if (bindDn != null) {
        requireDn("bind-dn", bindDn);
      }
    }

    @Override
    public String toString() {
      return base + " " + filter + (bindDn == null ? "" : " by " + bindDn);
    }
  }

  /** Where it is said which groups somebody is in. */
  @Describe("Which groups a person is in.")
  public record Groups(
      @Describe("Attribute of the person's entry; or, with base, of the group's, with its name.")
          String attribute,
      @Describe("Where groups are; without it the person's entry names them.")
          @Nullable String base,
      @Describe("Groups that somebody is in; {dn} is the name of the person's entry.")
          @Default("(member={dn})")
          String filter) {

    public Groups {
      requireAttribute("attribute", attribute);
      requireFilter(filter, "dn");
      if (base != null) {
        requireDn("base", base);
      }
    }
  }

  /** Whom to ask. */
  @Describe("Lets people in by the user name and password that a directory (LDAP) knows.")
  public record Config(
      @Describe("ldaps://host, or ldap://host; with a port where it is not the usual one.")
          String url,
      @Describe(
              "With ldap: whether TLS is begun before anything else; without, passwords can be"
                  + " read on the way.")
          @Default("true")
          boolean startTls,
      @Describe("PEM file with the authorities to trust instead of those of the system.")
          @Nullable InputFile ca,
      @Describe(
              "Name of a person's entry, such as uid={user},ou=people,dc=example,dc=com. Instead of"
                  + " search.")
          @Nullable String bindDn,
      @Describe("How a person's entry is found, where its name does not follow from the user's.")
          @Nullable Search search,
      @Describe("Attribute with the name that the person gets here.") @Default("uid")
          String nameAttribute,
      @Describe("Which groups a person is in; none without it.") @Nullable Groups groups,
      @Describe("For a connection, and for each answer.") @Default("2s") Duration timeout,
      @Describe("Most connections, and checks at once.") @Default("8") int connections,
      @Describe("How long credentials that were right count without asking again.") @Default("1m")
          Duration remember,
      @Describe("Shown by browsers when they ask for the password.") @Default("yumen") String realm,
      @Describe("Whether Authorization is taken from the request before it is forwarded.")
          @Default("true")
          boolean hideCredentials) {

    public Config {
      requireAddress(url);
      if ((bindDn == null) == (search == null)) {
        throw InvalidValue.found("", bindDn == null ? "neither" : "both", "bind-dn or search");
      }
      if (bindDn != null) {
        requireDn("bind-dn", bindDn);
        if (!bindDn.contains("{user}")) {
          throw new InvalidValue("bind-dn", bindDn, "a name with {user}");
        }
      }
      requireAttribute("name-attribute", nameAttribute);
      Bounds.check("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
      Bounds.check("remember", remember, Duration.ZERO, Duration.ofHours(1));
      if (connections < 1 || connections > 256) {
        throw new InvalidValue("connections", connections, "1 to 256");
      }
      Realm.check(realm);
    }

    URI address() {
      return URI.create(url);
    }
  }

  private static void requireAddress(String url) {
    try {
      URI uri = new URI(url);
      boolean scheme = "ldap".equals(uri.getScheme()) || "ldaps".equals(uri.getScheme());
      boolean bare = uri.getPath().isEmpty() && uri.getQuery() == null && uri.getUserInfo() == null;
      boolean port = uri.getPort() == -1 || (uri.getPort() > 0 && uri.getPort() <= MOST_PORT);
      if (scheme && bare && port && uri.getHost() != null) {
        return;
      }
    } catch (URISyntaxException _) {
      // What is expected is said below.
    }
    throw new InvalidValue(
        "url", url, "ldaps://host, or ldap://host, perhaps with a port from 1 to 65535");
  }

  private static void requireDn(String component, String text) {
    try {
      LdapDirectory.dn(text, "somebody");
    } catch (LDAPException _) {
      throw new InvalidValue(component, text, "the name of an entry (RFC 4514)");
    }
  }

  private static void requireFilter(String text, String variable) {
    try {
      if (text.contains("{" + variable + "}")) {
        LdapDirectory.filled(text, variable, "somebody");
        return;
      }
    } catch (LDAPException _) {
      // What is expected is said below.
    }
    throw new InvalidValue("filter", text, "a filter (RFC 4515) with {" + variable + "}");
  }

  private static void requireAttribute(String component, String name) {
    if (!name.matches("[A-Za-z][A-Za-z0-9-]*")) {
      throw new InvalidValue(component, name, "the name of an attribute");
    }
  }

  /** What a check came to. */
  private sealed interface Outcome {}

  private record Proven(UpstreamIdentity identity) implements Outcome {}

  private record Nobodys() implements Outcome {}

  /** Somebody of the directory with the name of a consumer of the configuration. */
  private record Taken(String name) implements Outcome {}

  private record Unsaid(String why) implements Outcome {}

  private static final Logger LOG = LoggerFactory.getLogger(LdapAuthFilter.class);
  private static final int MOST_PORT = 65_535;
  private static final int REMEMBERED = 4_096;
  private static final int WAITING = 256;

  private final FilterContext context;
  private final LdapDirectory directory;
  private final String url;
  private final KeyedDigests digests = new KeyedDigests();
  private final Recent<Digest, UpstreamIdentity> recent = new Recent<>(REMEMBERED);
  private final Set<String> consumers;
  private final long rememberNanos;
  private final long longestWaitNanos;
  private final boolean hide;
  private final Verdict missing;
  private final Verdict invalid;
  private final FilterContext.Counter answered;
  private final FilterContext.Counter unanswered;

  private LdapAuthFilter(Config config, FilterContext context) {
    this.context = context;
    consumers = context.consumers().stream().map(Consumer::name).collect(Collectors.toSet());
    url = config.url;
    rememberNanos = config.remember.toNanos();
    Duration left = context.filterTimeout().minus(config.timeout);
    longestWaitNanos = Math.max(left.toNanos(), config.timeout.toNanos());
    hide = config.hideCredentials;
    missing = BasicCredentials.missing(config.realm);
    invalid = BasicCredentials.invalid(config.realm);
    answered = checks("answered");
    unanswered = checks("unanswered");
    directory =
        context.state(LdapDirectory.class, key(config), () -> new LdapDirectory(config, WAITING));
  }

  private FilterContext.Counter checks(String result) {
    return context.counter(
        "gateway_ldap_checks",
        "Credentials that a directory was asked about.",
        List.of("route", context.routeId(), "result", result));
  }

  /** All that makes a directory another one; secrets only as part of a digest. */
  private static String key(Config config) {
    String secret = config.search == null ? "" : config.search.password + "";
    return Digest.of((config + "\n" + secret).getBytes(StandardCharsets.UTF_8)).hex();
  }

  @Override
  public Set<String> credentialNames() {
    return Set.of("authorization");
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    if (!BasicCredentials.areShown(exchange.request().headers())) {
      return missing;
    }
    byte[] shown = BasicCredentials.of(exchange.request().headers());
    BasicCredentials pair = shown == null ? null : BasicCredentials.parse(shown);
    if (shown == null || pair == null || !couldBe(pair)) {
      return invalid;
    }
    Digest digest = digests.of(shown);
    UpstreamIdentity known = recent.get(digest, context.nanoTime());
    if (known != null) {
      return admit(exchange, known);
    }
    long asked = context.nanoTime();
    CompletableFuture<Outcome> outcome =
        directory.checks().prove(this, digest, () -> ask(pair, asked));
    return outcome == null
        ? Verdict.fail(FailureCode.OVERLOADED, "too many passwords wait for the directory")
        : Verdict.await(
            outcome.thenApplyAsync(found -> verdict(exchange, digest, found), exchange.executor()));
  }

  @Override
  public Effect explain(Exchange exchange) {
    if (!BasicCredentials.areShown(exchange.request().headers())) {
      return Effect.sure(missing);
    }
    byte[] shown = BasicCredentials.of(exchange.request().headers());
    BasicCredentials pair = shown == null ? null : BasicCredentials.parse(shown);
    return pair == null || !couldBe(pair)
        ? Effect.sure(invalid)
        : Effect.untried(Remark.About.ASKS_ADDRESS, url);
  }

  /** Without a password a directory says yes to whoever it is (RFC 4513 §5.1.2). */
  private static boolean couldBe(BasicCredentials pair) {
    return pair.password().length > 0
        && !pair.user().isBlank()
        && pair.user().chars().noneMatch(Character::isISOControl);
  }

  /** What has waited so long that its request would be over before the answer is not asked. */
  private Outcome ask(BasicCredentials pair, long asked) {
    if (context.nanoTime() - asked > longestWaitNanos) {
      unanswered.add(1);
      return new Unsaid("too many passwords waited for the directory");
    }
    try {
      LdapDirectory.Person person = directory.prove(pair.user(), pair.password());
      answered.add(1);
      if (person == null) {
        return new Nobodys();
      }
      if (consumers.contains(person.name())) {
        return new Taken(person.name());
      }
      Consumer consumer = new Consumer(person.name(), person.groups(), Map.of(), List.of());
      return new Proven(UpstreamIdentity.of(consumer, TYPE.name()));
    } catch (LDAPException e) {
      unanswered.add(1);
      LOG.debug("{} ldap-auth: {}", context.place(), e.getExceptionMessage());
      return new Unsaid(LdapTrouble.why(e.getResultCode()));
    }
  }

  private Verdict verdict(Exchange exchange, Digest digest, Outcome outcome) {
    return switch (outcome) {
      case Proven proven -> {
        recent.put(digest, proven.identity, context.nanoTime() + rememberNanos);
        yield admit(exchange, proven.identity);
      }
      case Nobodys _ -> invalid;
      case Taken taken ->
          Verdict.fail(
              FailureCode.FORBIDDEN,
              taken.name + " of the directory is called like a consumer of the configuration");
      case Unsaid unsaid ->
          Verdict.fail(Failure.of(FailureCode.AUTH_UNAVAILABLE, "ldap-auth: " + unsaid.why));
    };
  }

  private Verdict admit(Exchange exchange, UpstreamIdentity identity) {
    if (hide) {
      exchange.request().headers().remove("authorization");
    }
    identity.assign(exchange);
    return Verdict.proceed();
  }
}
