package dev.yumen.filters.jwt;

import dev.yumen.filters.fetch.Fetched;
import dev.yumen.filters.fetch.Fetched.Page;
import dev.yumen.filters.fetch.Fetched.Trouble;
import dev.yumen.filters.fetch.Fetcher;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a provider publishes about itself (OpenID Connect Discovery 1.0 §4). */
public final class Discovery {
  private Discovery() {}

  /** What comes of asking. */
  public sealed interface Outcome {}

  /**
   * The provider's document.
   *
   * @param page where it stands
   */
  public record Document(URI page, Map<String, Object> members) implements Outcome {

    /** An address that it names; null when it names none that may be used. */
    public @Nullable URI address(String name, boolean allowHttp) {
      try {
        return Jwks.uri(name, String.valueOf(members.get(name)), allowHttp);
      } catch (IllegalArgumentException _) {
        return null;
      }
    }
  }

  /** There is none. */
  public record Failed(Trouble trouble) implements Outcome {}

  /**
   * Asks a provider; blocks, so not on an event loop.
   *
   * @param most bytes of the document
   */
  public static Outcome ask(Fetcher fetcher, String issuer, Duration timeout, int most)
      throws InterruptedException {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    URI page = URI.create(base + "/.well-known/openid-configuration");
    return switch (fetcher.get(new Fetcher.Wish(page, timeout, most))) {
      case Trouble trouble -> new Failed(trouble);
      case Page found -> read(page, issuer, found);
    };
  }

  /** §4.3: the issuer must be the very one that was asked for. */
  private static Outcome read(URI page, String issuer, Page found) {
    Map<String, Object> members = Json.object(found.body());
    if (members == null) {
      return failed(page + " sent no JSON object");
    }
    Object named = members.get("issuer");
    return issuer.equals(named)
        ? new Document(page, members)
        : failed(page + (named == null ? " names no issuer" : " is of another issuer"));
  }

  private static Failed failed(String detail) {
    return new Failed(new Trouble(Fetched.Kind.CONTENT, detail));
  }
}
