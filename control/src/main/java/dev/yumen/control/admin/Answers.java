package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Answers of the admin API: JSON, never kept by caches, and never taken for anything else. */
final class Answers {

  private Answers() {}

  static Response json(Object body) {
    return json(200, "application/json", body);
  }

  /** Of what has begun and is not done. */
  static Response accepted(Object body) {
    return json(202, "application/json", body);
  }

  static Response text(String contentType, String body) {
    return plain(200).body(contentType, body);
  }

  /** Status and fields of an answer that comes piece by piece. */
  static Response head(String contentType) {
    return plain(200).header("content-type", contentType);
  }

  /** JSON in one line, without its end. */
  static String line(Object body) {
    return json().writeValueAsString(body);
  }

  /** RFC 9457, with a code of a closed set. */
  static Response problem(Refused refused) {
    AdminError error = refused.error();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "about:blank");
    body.put("title", error.title());
    body.put("status", error.status());
    body.put("code", error.name());
    body.put("detail", refused.detail());
    if (!refused.problems().isEmpty()) {
      body.put("problems", refused.problems());
    }
    return json(error.status(), "application/problem+json", body);
  }

  /** One problem of a configuration, as an object. */
  static Map<String, Object> problem(Problem problem) {
    Map<String, Object> data = ProblemData.of(problem);
    data.put("pointer", pointer(problem.path()));
    return data;
  }

  static List<Map<String, Object>> problems(List<Problem> problems) {
    return problems.stream().map(Answers::problem).toList();
  }

  /** A JSON Pointer (RFC 6901) to what {@code routes[2].match.path} names. */
  static String pointer(String path) {
    if (path.isEmpty()) {
      return "";
    }
    String slashes = path.replace("~", "~0").replace("/", "~1");
    return "/" + slashes.replaceAll("\\[(\\d+)]", "/$1").replace('.', '/');
  }

  private static Response json(int status, String contentType, Object body) {
    String text = json().writeValueAsString(body);
    return plain(status).body(contentType, text + "\n");
  }

  private static Response plain(int status) {
    return Response.of(status)
        .header("cache-control", "no-store")
        .header("x-content-type-options", "nosniff");
  }

  /** What reads and writes JSON for this package. */
  static JsonMapper json() {
    return JsonMapper.shared();
  }
}
