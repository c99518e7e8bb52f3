package dev.yumen.filters.auth;

import dev.yumen.api.Attribute;
import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.Verdict;
import dev.yumen.filters.path.Parameters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lets consumers in by a key of theirs. */
public final class ApiKeyFilter implements Filter, LooksOnly, TakesCredentials {
  public static final FilterType<Config> TYPE =
      new FilterType<>("api-key", Config.class, ApiKeyFilter::new);

  /** Where the key stands. */
  @Describe("Lets consumers in by a key in a header, a query parameter or a cookie.")
  public record Config(
      @Describe("Header that holds the key; X-API-Key when no place is named.")
          @Nullable String header,
      @Describe("Query parameter that holds the key. Keys in URLs end up in logs.")
          @Nullable String query,
      @Describe("Cookie that holds the key.") @Nullable String cookie,
      @Describe("Whether the key is taken from the request before it is forwarded.")
          @Default("true")
          boolean hideCredentials,
      @Describe("Named to clients that send no key.") @Default("yumen") String realm) {

    public Config {
      if (header != null) {
        HeaderName.writableInRequest("header", header);
      }
      if (query != null && query.isEmpty()) {
        throw new InvalidValue("query", query, "a parameter name");
      }
      if (cookie != null) {
        HeaderName.readable("cookie", cookie);
      }
      Realm.check(realm);
    }
  }

  private final List<Attribute> places = new ArrayList<>();
  private final Credentials credentials = new Credentials();
  private final boolean hide;
  private final Verdict missing;
  private final Verdict invalid;

  private ApiKeyFilter(Config config, FilterContext context) {
    if (config.header != null || (config.query == null && config.cookie == null)) {
      String name = config.header == null ? "X-API-Key" : config.header;
      places.add(new Attribute(Attribute.Kind.HEADER, name));
    }
    if (config.query != null) {
      places.add(new Attribute(Attribute.Kind.QUERY, config.query));
    }
    if (config.cookie != null) {
      places.add(new Attribute(Attribute.Kind.COOKIE, config.cookie));
    }
    hide = config.hideCredentials;
    String challenge = "ApiKey realm=\"" + config.realm + "\"";
    missing = refuse(FailureCode.AUTH_MISSING, "no key in " + places, challenge);
    invalid = refuse(FailureCode.AUTH_INVALID, "a key that no consumer has", challenge);
    context.consumers().forEach(this::add);
    if (credentials.isEmpty()) {
      throw new InvalidValue("", "no keys", "a consumer with a credential api-key");
    }
  }

  private static Verdict refuse(FailureCode code, String detail, String challenge) {
    return Verdict.fail(Failure.of(code, detail).header("www-authenticate", challenge));
  }

  private void add(Consumer consumer) {
    UpstreamIdentity identity = UpstreamIdentity.of(consumer, TYPE.name());
    for (Consumer.Credential credential : consumer.credentials()) {
      if (credential.apiKey() != null) {
        credentials.add(credential.apiKey(), identity);
      }
    }
  }

  @Override
  public Set<String> credentialNames() {
    return places.stream()
        .map(place -> place.kind() == Attribute.Kind.COOKIE ? "cookie" : place.name())
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String key = null;
    for (Attribute place : places) {
      String value = place.of(exchange);
      if (value != null && key == null) {
        key = value;
      }
      if (value != null && hide) {
        hide(exchange, place);
      }
    }
    if (key == null || key.isEmpty()) {
      return missing;
    }
    UpstreamIdentity identity = credentials.find(key.getBytes(StandardCharsets.UTF_8));
    if (identity == null) {
      return invalid;
    }
    identity.assign(exchange);
    return Verdict.proceed();
  }

  private static void hide(Exchange exchange, Attribute place) {
    switch (place.kind()) {
      case HEADER -> exchange.request().headers().remove(place.name());
      case QUERY -> {
        Parameters parameters = Parameters.parse(exchange.request().query());
        parameters.remove(place.name());
        exchange.request().query(parameters.text());
      }
      case COOKIE -> Cookies.remove(exchange.request().headers(), place.name());
      case PATH, CLIENT, CONSUMER, ROUTE ->
          throw new IllegalStateException("no place for a key: " + place);
    }
  }
}
