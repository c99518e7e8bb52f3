package dev.yumen.filters.grpc;

import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.Key;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Translates gRPC-Web, which browsers speak, to gRPC and back: content types, Base64, and trailers,
 * which become a part of the body. Everything else passes by untouched, so that both kinds of
 * clients may use one route. Source: "gRPC Web" (PROTOCOL-WEB) of the gRPC project.
 *
 * <p>Failures of the gateway itself are written for the client by the exchange, with or without
 * this filter; they come here as answers of gRPC-Web already.
 */
public final class GrpcWebFilter implements BodyFilter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("grpc-web", Config.class, (config, context) -> new GrpcWebFilter());

  /** There is nothing to be said. */
  @Describe("Lets browsers call gRPC services: translates gRPC-Web to gRPC and back.")
  public record Config() {}

  private static final String GRPC = "application/grpc";
  private static final String WEB = "application/grpc-web";
  private static final String WEB_TEXT = "application/grpc-web-text";

  /** A call of gRPC-Web. */
  private static final class Call {
    final boolean text;
    final boolean answerText;
    boolean translated;

    Call(boolean text, boolean answerText) {
      this.text = text;
      this.answerText = answerText;
    }
  }

  private final Key<Call> calls = Key.of("grpc-web");

  private GrpcWebFilter() {}

  @Override
  public Verdict onRequest(Exchange exchange) {
    Headers headers = exchange.request().headers();
    String type = headers.first("content-type");
    String web = is(type, WEB_TEXT) ? WEB_TEXT : WEB;
    if (type == null || !is(type, web)) {
      return Verdict.proceed();
    }
    boolean text = web.equals(WEB_TEXT);
    exchange.put(calls, new Call(text, wantsText(headers.first("accept"), text)));
    headers.set("content-type", GRPC + type.substring(web.length()));
    return Verdict.proceed();
  }

  /** Whether this is the type, perhaps with a format ({@code +proto}) or parameters. */
  private static boolean is(@Nullable String type, String wanted) {
    return type != null
        && type.regionMatches(true, 0, wanted, 0, wanted.length())
        && (type.length() == wanted.length() || "+; ".indexOf(type.charAt(wanted.length())) >= 0);
  }

  /** What is asked for, else what was sent. */
  private static boolean wantsText(@Nullable String accept, boolean sentText) {
    return is(accept, WEB_TEXT) || (sentText && !is(accept, WEB));
  }

  @Override
  public BodyTreatment requestBody(Exchange exchange) {
    Call call = exchange.get(calls);
    return call == null || !call.text
        ? BodyTreatment.pass()
        : new BodyTreatment.Stream(new Base64Body());
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Call call = exchange.get(calls);
    String type = response.headers().first("content-type");
    if (call != null && type != null && is(type, GRPC)) {
      call.translated = true;
      String web = call.answerText ? WEB_TEXT : WEB;
      response.headers().set("content-type", web + format(type));
    }
    return Verdict.proceed();
  }

  /** Clients look for {@code +proto}, which services may leave out. */
  private static String format(String type) {
    String rest = type.substring(GRPC.length());
    return rest.startsWith("+") ? rest : "+proto" + rest;
  }

  @Override
  public BodyTreatment responseBody(Exchange exchange, ResponseHead response) {
    Call call = exchange.get(calls);
    boolean endsWithHead = response.headers().contains("grpc-status"); // "Trailers-Only"
    return call == null || !call.translated || endsWithHead
        ? BodyTreatment.pass()
        : new BodyTreatment.Stream(new WebAnswer(call.answerText));
  }
}
