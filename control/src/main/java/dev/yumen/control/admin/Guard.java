package dev.yumen.control.admin;

import dev.yumen.config.AdminConfig;
import dev.yumen.config.AdminConfig.Token;
import dev.yumen.config.WorkspaceConfig;
import dev.yumen.dataplane.admin.AdminRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who asks, and turns away who must not: by a token, or without one where none is set,
 * and then only on this machine and never on behalf of a web page of somebody else. A page can make
 * a browser send requests here (CSRF) and can give its own name the address of this machine (DNS
 * rebinding), so the name in {@code Host} has to be one of ours and {@code Origin} has to fit it.
 */
final class Guard {
  private static final Duration PAUSE = Duration.ofMillis(300);
  private static final int MOST_PAUSES = 8;

  /** Of those who wait after a wrong token; the others are told to come later. */
  private final Semaphore pauses = new Semaphore(MOST_PAUSES);

  /** Who it is. */
  Caller admit(AdminRequest request, AdminConfig settings) throws Refused {
    checkHost(request, settings);
    checkOrigin(request);
    Caller caller = caller(request, settings);
    if (caller == null) {
      throw turnedAway(request);
    }
    return caller;
  }

  /** Whether somebody would be let in, without a pause for who would not be. */
  static boolean isKnown(AdminRequest request, AdminConfig settings) {
    try {
      checkHost(request, settings);
      checkOrigin(request);
      return caller(request, settings) != null;
    } catch (Refused _) {
      return false;
    }
  }

  /**
   * Whether a request that was let in would be let in as the same caller now: by its token, with
   * the role and the workspace as they were.
   */
  static boolean isStill(Caller caller, AdminRequest request, AdminConfig settings) {
    try {
      return caller.equals(caller(request, settings));
    } catch (Refused _) {
      return false;
    }
  }

  /** Null when its token is none of ours. */
  private static @Nullable Caller caller(AdminRequest request, AdminConfig settings)
      throws Refused {
    if (settings.tokens().isEmpty()) {
      return local(request);
    }
    String field = request.headers().first("authorization");
    Token token = field == null ? null : find(field, settings);
    return token == null ? null : caller(token, settings);
  }

  /**
   * The name that it is reached by is one of ours.
   *
   * @throws Refused when it is another's, which may have been made to lead here
   */
  static void checkHost(AdminRequest request, AdminConfig settings) throws Refused {
    String host = withoutPort(request.host());
    boolean ours =
        host.equals("localhost")
            || isAddress(host)
            || settings.hosts().stream().anyMatch(name -> name.equalsIgnoreCase(host));
    if (!ours) {
      throw new Refused(
          AdminError.MISDIRECTED_REQUEST,
          "Host: " + host + " (expected: an IP address, localhost or a name in admin.hosts)");
    }
  }

  private static String withoutPort(String authority) {
    String host = authority.replaceFirst(":\\d*$", "");
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return host.toLowerCase(Locale.ROOT);
  }

  private static boolean isAddress(String host) {
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** What a page of ours sends fits; programs send neither field. */
  private static void checkOrigin(AdminRequest request) throws Refused {
    String origin = request.headers().first("origin");
    String site = request.headers().first("sec-fetch-site");
    boolean fits =
        origin == null
            || origin.equalsIgnoreCase("http://" + request.host())
            || origin.equalsIgnoreCase("https://" + request.host());
    boolean ours =
        site == null
            || site.equals("same-origin")
            || (site.equals("none") && isRead(request.method()));
    if (!fits || !ours) {
      throw new Refused(AdminError.FORBIDDEN, "the request comes from a page of another site");
    }
  }

  static boolean isRead(String method) {
    return method.equals("GET") || method.equals("HEAD");
  }

  private static Caller local(AdminRequest request) throws Refused {
    if (!request.peer().isLoopbackAddress()) {
      throw new Refused(AdminError.FORBIDDEN, "without tokens only this machine is let in");
    }
    return Caller.LOCAL;
  }

  /** Of a token that is missing or wrong; guessing is slow, whoever guesses. */
  private Refused turnedAway(AdminRequest request) {
    if (request.headers().first("authorization") == null) {
      return new Refused(
          AdminError.AUTH_MISSING, "no Authorization (expected: Bearer and a token)");
    }
    if (!pauses.tryAcquire()) {
      return new Refused(AdminError.RATE_LIMITED, "too many wrong tokens at once");
    }
    try {
      LockSupport.parkNanos(PAUSE.toNanos());
    } finally {
      pauses.release();
    }
    return new Refused(AdminError.AUTH_INVALID, "the token is not one of admin.tokens");
  }

  private static Caller caller(Token token, AdminConfig settings) throws Refused {
    if (token.workspace() == null) {
      return new Caller(token.name(), token.role(), null);
    }
    WorkspaceConfig workspace = settings.workspace(token.workspace());
    if (workspace == null) { // the settings were checked for it
      throw new Refused(AdminError.FORBIDDEN, "the token is of no workspace that there is");
    }
    return new Caller(token.name(), token.role(), workspace);
  }

  /** Looks at all of them, each in a time that does not depend on how much of it is right. */
  private static @Nullable Token find(String field, AdminConfig settings) {
    if (!field.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return null;
    }
    byte[] given = digest(field.substring(7).strip());
    Token found = null;
    for (Token token : settings.tokens()) {
      if (MessageDigest.isEqual(given, digest(token.token()))) {
        found = token;
      }
    }
    return found;
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
