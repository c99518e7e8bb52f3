package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.api.Template;
import dev.yumen.api.Template.Into;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer that is written in the configuration, with values of the request in it. */
@Describe("A fixed answer; header fields and body are templates.")
public record AnswerConfig(
    @Describe("Status, 200 to 599.") @Default("200") int status,
    @Describe(
            "Sent as Content-Type; values in a JSON, HTML or XML body are encoded for it. Without"
                + " it application/json for a body that begins with { or [, else text/plain.")
        @Nullable String contentType,
    @Describe("Further header fields; an empty one is left out.") Map<String, String> headers,
    @Describe("Body; ${path.id} is a variable of the route's path.") @Default("''") String body) {

  public AnswerConfig {
    Check.range("status", status, 200, 599);
    headers = Check.copy(headers);
    if (contentType == null) {
      boolean json = body.strip().startsWith("{") || body.strip().startsWith("[");
      contentType = json ? "application/json" : "text/plain; charset=utf-8";
    }
    Template.compile("content-type", contentType, Into.HEADER);
    headers.forEach(AnswerConfig::requireField);
    Template.compile("body", body, into(contentType));
    if (!body.isEmpty() && (status == 204 || status == 304)) {
      throw new InvalidValue("body", body, "none, which status " + status + " can not have");
    }
  }

  private static void requireField(String name, String value) {
    HeaderName.writable("headers", name);
    if (name.equalsIgnoreCase("content-type")) {
      throw new InvalidValue("headers", name, "the setting content-type");
    }
    Template.compile("headers", value, Into.HEADER);
  }

  private static Into into(String contentType) {
    String type = contentType.toLowerCase(Locale.ROOT);
    if (type.contains("json")) {
      return Into.JSON;
    }
    return type.contains("html") || type.contains("xml") ? Into.MARKUP : Into.TEXT;
  }

  private record Header(String name, Template value) {}

  /** The answer, ready to be made for any request. Immutable. */
  public static final class Compiled {
    private final int status;
    private final List<Header> headers = new ArrayList<>();
    private final Template body;

    private Compiled(AnswerConfig config, String contentType) {
      status = config.status;
      if (!config.body.isEmpty()) {
        headers.add(new Header("content-type", Template.compile("", contentType, Into.HEADER)));
      }
      config.headers.forEach(
          (name, value) -> headers.add(new Header(name, Template.compile("", value, Into.HEADER))));
      body = Template.compile("body", config.body, into(contentType));
    }

    /** On the exchange's thread. */
    public Response render(Exchange exchange) {
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

  public Compiled compile() {
    return new Compiled(this, String.valueOf(contentType));
  }
}
