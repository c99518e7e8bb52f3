package dev.yumen.filters.security;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response.Field;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Sets the header fields that tell browsers to be careful. */
public final class SecureHeadersFilter implements Filter {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "secure-headers", Config.class, (config, context) -> new SecureHeadersFilter(config));

  /** The fields; an empty one is not sent. */
  @Describe("Header fields that tell browsers to be careful; an empty one is not sent.")
  public record Config(
      @Describe("Only sent over https, where alone it counts (RFC 6797 §7.2).")
          @Default("max-age=31536000")
          String strictTransportSecurity,
      @Describe("Against guessing of content types.") @Default("nosniff")
          String xContentTypeOptions,
      @Describe("Whether other sites may frame the page.") @Default("DENY") String xFrameOptions,
      @Describe("What links tell about where they came from.")
          @Default("strict-origin-when-cross-origin")
          String referrerPolicy,
      @Describe("What the page may load; it depends on the page, so none is sent unless set.")
          @Default("''")
          String contentSecurityPolicy,
      @Describe("Which features of the browser the page may use.") @Default("''")
          String permissionsPolicy,
      @Describe("Whether windows of other sites share this page's process.") @Default("''")
          String crossOriginOpenerPolicy,
      @Describe("Which sites may load this as a part of theirs.") @Default("''")
          String crossOriginResourcePolicy,
      @Describe("Whether these values replace those of the upstream, which else win.")
          @Default("true")
          boolean override,
      @Describe("Fields of the upstream that tell too much.") @Default("[Server, X-Powered-By]")
          List<String> remove) {

    public Config {
      remove = List.copyOf(remove);
      remove.forEach(name -> HeaderName.writable("remove", name));
      checkValue("strict-transport-security", strictTransportSecurity);
      checkValue("x-content-type-options", xContentTypeOptions);
      checkValue("x-frame-options", xFrameOptions);
      checkValue("referrer-policy", referrerPolicy);
      checkValue("content-security-policy", contentSecurityPolicy);
      checkValue("permissions-policy", permissionsPolicy);
      checkValue("cross-origin-opener-policy", crossOriginOpenerPolicy);
      checkValue("cross-origin-resource-policy", crossOriginResourcePolicy);
    }

    private static void checkValue(String component, String value) {
      if (value.chars().anyMatch(c -> c < ' ' || c > '~')) {
        throw new InvalidValue(component, value, "visible ASCII characters on one line");
      }
    }
  }

  private final Field[] fields;
  private final String[] remove;
  private final String strictTransportSecurity;
  private final boolean override;

  private SecureHeadersFilter(Config config) {
    List<Field> all = new ArrayList<>();
    all.add(new Field("X-Content-Type-Options", config.xContentTypeOptions));
    all.add(new Field("X-Frame-Options", config.xFrameOptions));
    all.add(new Field("Referrer-Policy", config.referrerPolicy));
    all.add(new Field("Content-Security-Policy", config.contentSecurityPolicy));
    all.add(new Field("Permissions-Policy", config.permissionsPolicy));
    all.add(new Field("Cross-Origin-Opener-Policy", config.crossOriginOpenerPolicy));
    all.add(new Field("Cross-Origin-Resource-Policy", config.crossOriginResourcePolicy));
    all.removeIf(field -> field.value().isEmpty());
    fields = all.toArray(Field[]::new);
    remove = config.remove.toArray(String[]::new);
    strictTransportSecurity = config.strictTransportSecurity;
    override = config.override;
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    for (String name : remove) {
      response.headers().remove(name);
    }
    for (Field field : fields) {
      set(response, field.name(), field.value());
    }
    if (!strictTransportSecurity.isEmpty() && exchange.scheme().equals("https")) {
      set(response, "Strict-Transport-Security", strictTransportSecurity);
    }
    return Verdict.proceed();
  }

  private void set(ResponseHead response, String name, String value) {
    if (override || !response.headers().contains(name)) {
      response.headers().set(name, value);
    }
  }
}
