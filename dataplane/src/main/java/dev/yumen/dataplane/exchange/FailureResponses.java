package dev.yumen.dataplane.exchange;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Flaw;
import dev.yumen.api.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a failure becomes an answer: problem details (RFC 9457) with the failure's
 * code, in the client's language. Detail and cause of the failure stay in the log.
 */
public final class FailureResponses {
  private final Messages messages = Messages.load();
  private final Map<FailureCode, Map<String, Prepared>> prepared = new EnumMap<>(FailureCode.class);

  /** Everything of the body up to the trace id's value. */
  private record Prepared(String language, byte[] head) {}

  public FailureResponses() {
    for (FailureCode code : FailureCode.values()) {
      Map<String, Prepared> byLanguage = new TreeMap<>();
      for (String language : messages.languages()) {
        byLanguage.put(language, prepare(code, language));
      }
      prepared.put(code, byLanguage);
    }
  }

  private Prepared prepare(FailureCode code, String language) {
    String text =
        "{\"type\":\"about:blank\",\"title\":\""
            + Json.escaped(messages.title(code, language))
            + "\",\"status\":"
            + code.status()
            + ",\"detail\":\""
            + Json.escaped(messages.detail(code, language))
            + "\",\"code\":\""
            + code.name()
            + "\",\"trace-id\":\"";
    return new Prepared(language, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The answer for a failure.
   *
   * @param acceptLanguage of the request, or null
   * @param traceId letters, digits and {@code -_.:} only; others are left out
   */
  public Response answer(Failure failure, @Nullable String acceptLanguage, String traceId) {
    Map<String, Prepared> byLanguage = prepared.get(failure.code());
    if (byLanguage == null) {
      throw new IllegalStateException("no text for " + failure.code());
    }
    Prepared text = byLanguage.get(messages.choose(acceptLanguage));
    if (text == null) {
      throw new IllegalStateException("no text for " + failure.code());
    }
    String end = safe(traceId) + "\"" + flaws(failure.flaws()) + "}\n";
    byte[] tail = end.getBytes(StandardCharsets.UTF_8);
    byte[] body = new byte[text.head().length + tail.length];
    System.arraycopy(text.head(), 0, body, 0, text.head().length);
    System.arraycopy(tail, 0, body, text.head().length, tail.length);
    List<Response.Field> fields = new ArrayList<>(failure.headers());
    fields.add(new Response.Field("content-type", "application/problem+json"));
    fields.add(new Response.Field("content-language", text.language()));
    fields.add(new Response.Field("cache-control", "no-store"));
    return new Response(failure.code().status(), fields, body);
  }

  /** What to say of a failure in one sentence, in the client's language. */
  public String text(FailureCode code, @Nullable String acceptLanguage) {
    return messages.detail(code, messages.choose(acceptLanguage));
  }

  /** What is wrong with the request, as a further member. */
  private static String flaws(List<Flaw> flaws) {
    if (flaws.isEmpty()) {
      return "";
    }
    StringBuilder json = new StringBuilder(",\"errors\":[");
    for (Flaw flaw : flaws) {
      json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
          .append("{\"in\":")
          .append(Json.text(flaw.in()))
          .append(",\"pointer\":")
          .append(Json.text(flaw.pointer()))
          .append(",\"rule\":")
          .append(Json.text(flaw.rule()))
          .append('}');
    }
    return json.append(']').toString();
  }

  private static String safe(String traceId) {
    StringBuilder safe = null;
    for (int i = 0; i < traceId.length(); i++) {
      char c = traceId.charAt(i);
      boolean fine = Character.isLetterOrDigit(c) ? c < 0x80 : "-_.:".indexOf(c) >= 0;
      if (!fine && safe == null) {
        safe = new StringBuilder(traceId.substring(0, i));
      } else if (fine && safe != null) {
        safe.append(c);
      }
    }
    return safe == null ? traceId : safe.toString();
  }
}
