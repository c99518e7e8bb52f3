package dev.yumen.dataplane.exchange;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.snapshot.RouteEnd;
import dev.yumen.dataplane.snapshot.StaticFolder;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Answers from files, with validators (RFC 9110 §13). Blocking: runs on a virtual thread. */
final class StaticAnswers {
  private StaticAnswers() {}

  static Verdict answer(RouteEnd.Files files, Exchange exchange) throws IOException {
    String method = exchange.request().method();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Verdict.fail(
          Failure.of(FailureCode.METHOD_NOT_ALLOWED, method + " on a file")
              .header("Allow", "GET, HEAD"));
    }
    String relative = relative(exchange);
    RouteConfig.StaticFiles settings = files.settings();
    Path file = relative == null ? null : files.folder().find(relative, settings.index());
    if (file == null) {
      return Verdict.fail(FailureCode.NOT_FOUND, "no file for " + exchange.request().path());
    }
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (attributes.size() > settings.maxFile().bytes()) {
      return Verdict.fail(
          FailureCode.NOT_FOUND, file + " has " + attributes.size() + " bytes (static.max-file)");
    }
    return Verdict.respond(respond(exchange, settings, file, attributes));
  }

  private static Response respond(
      Exchange exchange,
      RouteConfig.StaticFiles settings,
      Path file,
      BasicFileAttributes attributes)
      throws IOException {
    Instant modified = attributes.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.SECONDS);
    String tag =
        "\""
            + Long.toHexString(attributes.lastModifiedTime().toMillis())
            + "-"
            + Long.toHexString(attributes.size())
            + "\"";
    boolean fresh = isFresh(exchange, tag, modified);
    Response response =
        Response.of(fresh ? 304 : 200)
            .header("etag", tag)
            .header(
                "last-modified",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(modified.atOffset(ZoneOffset.UTC)));
    if (settings.cacheControl() != null) {
      response = response.header("cache-control", settings.cacheControl());
    }
    if (fresh) {
      return response;
    }
    return response
        .header("content-type", StaticFolder.typeOf(file))
        .header("x-content-type-options", "nosniff")
        .body(Files.readAllBytes(file));
  }

  /**
   * The part of the path that the route's {@code **} stands for, decoded; null if it can not be.
   */
  private static @Nullable String relative(Exchange exchange) {
    String path = exchange.request().path();
    String pattern = exchange.routePattern();
    String prefix = pattern.endsWith("/**") ? pattern.substring(0, pattern.length() - 2) : "/";
    // A filter may have taken the prefix off already.
    String rest = path.startsWith(prefix) ? path.substring(prefix.length()) : path.substring(1);
    if ((path + "/").equals(prefix)) {
      rest = "";
    }
    try {
      return URLDecoder.decode(rest.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static boolean isFresh(Exchange exchange, String tag, Instant modified) {
    String tags = exchange.request().headers().first("if-none-match");
    if (tags != null) {
      return tags.strip().equals("*") || tags.contains(tag);
    }
    String since = exchange.request().headers().first("if-modified-since");
    if (since == null) {
      return false;
    }
    try {
      Instant known = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(since));
      return !modified.isAfter(known);
    } catch (DateTimeParseException _) {
      return false;
    }
  }
}
