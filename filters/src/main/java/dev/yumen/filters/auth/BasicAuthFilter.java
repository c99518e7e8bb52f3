package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Verdict;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Lets consumers in by user name and password (RFC 7617). */
public final class BasicAuthFilter implements Filter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("basic-auth", Config.class, BasicAuthFilter::new);

  /** How it asks. */
  @Describe("Lets consumers in by user name and password.")
  public record Config(
      @Describe("Shown by browsers when they ask for the password.") @Default("yumen") String realm,
      @Describe("Whether Authorization is taken from the request before it is forwarded.")
          @Default("true")
          boolean hideCredentials) {

    public Config {
      Realm.check(realm);
    }
  }

  private static final String SCHEME = "Basic ";

  private final Credentials credentials = new Credentials();
  private final boolean hide;
  private final Verdict missing;
  private final Verdict invalid;

  private BasicAuthFilter(Config config, FilterContext context) {
    hide = config.hideCredentials;
    String challenge = "Basic realm=\"" + config.realm + "\", charset=\"UTF-8\"";
    missing = refuse(FailureCode.AUTH_MISSING, "no Authorization of scheme Basic", challenge);
    invalid = refuse(FailureCode.AUTH_INVALID, "an unknown user or password", challenge);
    context.consumers().forEach(this::add);
    if (credentials.isEmpty()) {
      throw new InvalidValue("", "no passwords", "a consumer with a credential basic");
    }
  }

  private static Verdict refuse(FailureCode code, String detail, String challenge) {
    return Verdict.fail(Failure.of(code, detail).header("www-authenticate", challenge));
  }

  private void add(Consumer consumer) {
    Identity identity = new Identity(consumer);
    for (Consumer.Credential credential : consumer.credentials()) {
      Consumer.Basic basic = credential.basic();
      if (basic != null) {
        credentials.add(basic.username() + ":" + basic.password(), identity);
      }
    }
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Headers headers = exchange.request().headers();
    String authorization = headers.first("authorization");
    if (authorization == null || !isBasic(authorization)) {
      return missing;
    }
    Identity identity = headers.all("authorization").size() == 1 ? find(authorization) : null;
    if (identity == null) {
      return invalid;
    }
    if (hide) {
      headers.remove("authorization");
    }
    identity.assign(exchange);
    return Verdict.proceed();
  }

  private static boolean isBasic(String authorization) {
    return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }

  private @Nullable Identity find(String authorization) {
    try {
      String encoded = authorization.substring(SCHEME.length()).strip();
      return credentials.find(Base64.getDecoder().decode(encoded));
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
