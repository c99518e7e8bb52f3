package dev.yumen.dataplane.upstream;

import dev.yumen.api.Attribute;
import dev.yumen.api.Exchange;
import dev.yumen.config.BalanceConfig.StickyCookie;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Cookies by which clients come back to their endpoint. The value is a code of the endpoint's
 * address (HMAC, RFC 2104): it tells nothing of it, and nobody without the secret can make one.
 */
public final class StickyCookies {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 16;

  private final StickyCookie settings;
  private final String upstream;
  private final Attribute cookie;

  StickyCookies(StickyCookie settings, String upstream) {
    this.settings = settings;
    this.upstream = upstream;
    this.cookie = new Attribute(Attribute.Kind.COOKIE, settings.name());
  }

  /** What stands for this endpoint. Microseconds; not for every request. */
  public String code(Endpoint endpoint) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(settings.secret().getBytes(StandardCharsets.UTF_8), ALGORITHM));
      String what = upstream + '\n' + endpoint.text();
      byte[] code = mac.doFinal(what.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(code, BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** What the client has kept; null when that is nothing. */
  public @Nullable String kept(Exchange exchange) {
    return cookie.of(exchange);
  }

  /** The value of Set-Cookie with this code. */
  public String field(String code, boolean secure) {
    StringBuilder field = new StringBuilder(96);
    field
        .append(settings.name())
        .append('=')
        .append(code)
        .append("; Path=/; HttpOnly; SameSite=Lax");
    if (settings.maxAge().isPositive()) {
      field.append("; Max-Age=").append(Math.max(1, settings.maxAge().toSeconds()));
    }
    return secure ? field.append("; Secure").toString() : field.toString();
  }
}
