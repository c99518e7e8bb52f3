package dev.yumen.filters.jwt;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.RequestHead;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.ClientToken;
import dev.yumen.filters.auth.Cookies;
import dev.yumen.filters.path.Parameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a token stands in a request, and how a refusal is told (RFC 6750). */
final class Bearer {
  private static final String SCHEME = "Bearer ";

  private final @Nullable String cookie;
  private final @Nullable String query;
  private final boolean hides;
  private final String realm;
  private final String scopes;

  /**
   * A token where it was found.
   *
   * @param text as it was sent, the scheme included: what a cache knows it by
   * @param start where the token itself begins
   */
  record Shown(String text, int start) {
    /** Stands for more than one token (RFC 6750 §2: a client must not use more than one way). */
    private static final Shown SEVERAL = new Shown("", 0);

    boolean isSeveral() {
      return text.isEmpty();
    }

    String token() {
      return text.substring(start);
    }
  }

  Bearer(TokenRules rules) {
    cookie = rules.cookie();
    query = rules.query();
    hides = rules.hideCredentials();
    realm = rules.realm();
    scopes = String.join(" ", rules.scopes());
  }

  /** Names of the fields and parameters that it may stand in, in lower case. */
  Set<String> names() {
    Set<String> names = new HashSet<>();
    names.add("authorization");
    if (cookie != null) {
      names.add("cookie");
    }
    if (query != null) {
      names.add(query.toLowerCase(Locale.ROOT));
    }
    return Set.copyOf(names);
  }

  /** The token; null when there is none. */
  @Nullable Shown find(RequestHead request) {
    List<String> lines = request.headers().all("authorization");
    if (lines.size() > 1) {
      return Shown.SEVERAL;
    }
    Shown shown = lines.isEmpty() ? null : inHeader(lines.getFirst());
    return cookie == null && query == null ? shown : with(elsewhere(request), shown);
  }

  private static @Nullable Shown inHeader(String line) {
    if (!line.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    int start = SCHEME.length();
    while (start < line.length() && line.charAt(start) == ' ') {
      start++;
    }
    return start == line.length() ? null : new Shown(line, start);
  }

  private List<String> elsewhere(RequestHead request) {
    List<String> found = new ArrayList<>(1);
    if (cookie != null) {
      found.addAll(Cookies.values(request.headers(), cookie));
    }
    if (query != null) {
      found.addAll(Parameters.parse(request.query()).values(query));
    }
    found.removeIf(String::isEmpty);
    return found;
  }

  private static @Nullable Shown with(List<String> others, @Nullable Shown shown) {
    if (others.isEmpty()) {
      return shown;
    }
    return shown == null && others.size() == 1 ? new Shown(others.getFirst(), 0) : Shown.SEVERAL;
  }

  /**
   * Lets its owner in: the token is kept for filters that pass it on, and hidden if it is to be.
   */
  void admit(Exchange exchange, Shown shown, Decision.Admitted owner) {
    if (hides) {
      hide(exchange.request(), shown);
    }
    owner.identity().assign(exchange);
    ClientToken.keep(exchange, shown.text, shown.start);
  }

  /** Takes the token from the request; an Authorization of another scheme stays. */
  private void hide(RequestHead request, Shown shown) {
    if (shown.start > 0) {
      request.headers().remove("authorization");
      return;
    }
    if (cookie != null) {
      Cookies.remove(request.headers(), cookie);
    }
    if (query != null) {
      Parameters parameters = Parameters.parse(request.query());
      parameters.remove(query);
      request.query(parameters.text());
    }
  }

  /** What a client gets to know: nothing that tells a forged token from an old one. */
  Verdict refuse(Refusal refusal) {
    return switch (refusal.reason()) {
      case MISSING -> fail(FailureCode.AUTH_MISSING, refusal, "");
      case REQUEST ->
          fail(
              FailureCode.BAD_REQUEST,
              refusal,
              error("invalid_request", "There must be one token in one place"));
      case FORM, ALGORITHM, KEY, SIGNATURE, TIME, CLAIMS, INACTIVE ->
          fail(
              FailureCode.AUTH_INVALID,
              refusal,
              error("invalid_token", "The access token is expired, revoked, malformed or invalid"));
      case SCOPE ->
          fail(
              FailureCode.FORBIDDEN,
              refusal,
              error("insufficient_scope", "The request needs another access token")
                  + (scopes.isEmpty() ? "" : ", scope=\"" + scopes + "\""));
      case SUBJECT -> Verdict.fail(FailureCode.FORBIDDEN, refusal.detail());
      case OVERLOADED -> Verdict.fail(FailureCode.OVERLOADED, refusal.detail());
      case NO_KEYS, UNAVAILABLE -> Verdict.fail(FailureCode.AUTH_UNAVAILABLE, refusal.detail());
    };
  }

  private static String error(String code, String description) {
    return ", error=\"" + code + "\", error_description=\"" + description + "\"";
  }

  private Verdict fail(FailureCode code, Refusal refusal, String more) {
    String challenge = "Bearer realm=\"" + realm + "\"" + more;
    return Verdict.fail(Failure.of(code, refusal.detail()).header("www-authenticate", challenge));
  }
}
