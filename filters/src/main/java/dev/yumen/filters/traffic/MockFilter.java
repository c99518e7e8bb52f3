package dev.yumen.filters.traffic;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.api.Template;
import dev.yumen.api.Template.Into;
import dev.yumen.api.Verdict;
import dev.yumen.filters.headers.FieldName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Answers here, so that clients can be written before the service is. */
public final class MockFilter implements Filter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("mock", Config.class, (config, context) -> new MockFilter(config));

  /** The answer. */
  @Describe("Answers here instead of forwarding.")
  public record Config(
      @Describe("Status, 200 to 599.") @Default("200") int status,
      @Describe("Sent as Content-Type; values in a JSON, HTML or XML body are encoded for it.")
          @Default("text/plain; charset=utf-8")
          String contentType,
      @Describe("Further header fields; a value is a template, and an empty one is left out.")
          Map<String, String> headers,
      @Describe("Body; a template, so ${path.id} is a variable of the route's path.") @Default("''")
          String body) {

    public Config {
      if (status < 200 || status > 599) {
        throw new InvalidValue("status", status, "200 to 599");
      }
      Template.compile("content-type", contentType, Into.HEADER);
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
      headers.forEach(
          (name, value) -> {
            FieldName.writable("headers", name);
            if (name.equalsIgnoreCase("content-type")) {
              throw new InvalidValue("headers", name, "the setting content-type");
            }
            Template.compile("headers", value, Into.HEADER);
          });
      Template.compile("body", body, into(contentType));
      if (!body.isEmpty() && (status == 204 || status == 304)) {
        throw new InvalidValue("body", body, "none, which status " + status + " can not have");
      }
    }

    private static Into into(String contentType) {
      String type = contentType.toLowerCase(Locale.ROOT);
      if (type.contains("json")) {
        return Into.JSON;
      }
      return type.contains("html") || type.contains("xml") ? Into.MARKUP : Into.TEXT;
    }
  }

  private record Header(String name, Template value) {}

  private final int status;
  private final List<Header> headers = new ArrayList<>();
  private final Template body;

  private MockFilter(Config config) {
    status = config.status;
    if (!config.body.isEmpty()) {
      headers.add(
          new Header("content-type", Template.compile("", config.contentType, Into.HEADER)));
    }
    config.headers.forEach(
        (name, value) -> headers.add(new Header(name, Template.compile("", value, Into.HEADER))));
    body = Template.compile("body", config.body, Config.into(config.contentType));
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    return Verdict.respond(answer(exchange));
  }

  private Response answer(Exchange exchange) {
    List<Response.Field> fields = new ArrayList<>(headers.size());
    for (Header header : headers) {
      String value = header.value.render(exchange);
      if (!value.isEmpty()) {
        fields.add(new Response.Field(header.name, value));
      }
    }
    return new Response(status, fields, body.render(exchange).getBytes(StandardCharsets.UTF_8));
  }
}
