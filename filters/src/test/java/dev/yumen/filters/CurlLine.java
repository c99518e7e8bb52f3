package dev.yumen.filters;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;

/** Sends what curl would send for the few options that pages use. */
final class CurlLine {
  private String method = "GET";
  private String body = "";
  private URI uri = URI.create("/");
  private final List<String> headers = new ArrayList<>();

  CurlLine(List<String> arguments) {
    Iterator<String> words = arguments.iterator();
    while (words.hasNext()) {
      String word = words.next();
      switch (word) {
        case "-i", "-s" -> {}
        case "-X" -> method = words.next();
        case "-H" -> headers.add(words.next());
        case "-u" ->
            headers.add(
                "Authorization: Basic "
                    + Base64.getEncoder().encodeToString(words.next().getBytes(UTF_8)));
        case "-d" -> {
          method = "POST";
          body = words.next();
          headers.add("Content-Length: " + body.getBytes(UTF_8).length);
        }
        default -> {
          if (!word.startsWith("http://127.0.0.1:8080/")) {
            throw new AssertionError("pages do not use curl with " + word);
          }
          uri = URI.create(word);
        }
      }
    }
  }

  RawResponse send(RawClient client) {
    String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    if (headers.stream().noneMatch(header -> header.startsWith("Host:"))) {
      request.append("Host: 127.0.0.1:8080\r\n");
    }
    headers.forEach(header -> request.append(header).append("\r\n"));
    return client.send(request + "\r\n" + body).readResponse(method);
  }
}
