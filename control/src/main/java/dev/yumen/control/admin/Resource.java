package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.dataplane.admin.AdminAnswer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked for.
 *
 * @param path under {@code /api/v1}, with variables as in {@code /routes/{id}}
 * @param role that it takes
 * @param reach what callers of a workspace get of it
 * @param summary one sentence, for the OpenAPI document
 * @param parameters of the query, by name, with a sentence each
 * @param example of what may be sent; null when it takes no body
 */
record Resource(
    String method,
    String path,
    Role role,
    Reach reach,
    String summary,
    Map<String, String> parameters,
    @Nullable Example example,
    Answer answer) {
  /** One that takes no body. */
  Resource(
      String method,
      String path,
      Role role,
      Reach reach,
      String summary,
      Map<String, String> parameters,
      Answer answer) {
    this(method, path, role, reach, summary, parameters, null, answer);
  }

  /** Makes the answer. */
  @FunctionalInterface
  interface Answer {
    Response to(Call call) throws Refused;

    /** What is sent: the response, or what an answer has that comes piece by piece. */
    default AdminAnswer sent(Call call) throws Refused {
      return AdminAnswer.of(to(call));
    }
  }

  /** Makes an answer that comes piece by piece; its writer is not run for HEAD. */
  @FunctionalInterface
  interface Streamed {
    AdminAnswer.Stream to(Call call) throws Refused;

    /** The same where a response may stand as well. */
    default Answer answer() {
      Streamed streamed = this;
      return new Answer() {
        @Override
        public Response to(Call call) throws Refused {
          return streamed.to(call).head();
        }

        @Override
        public AdminAnswer sent(Call call) throws Refused {
          return streamed.to(call);
        }
      };
    }
  }

  /** One that anybody who may look may ask for. */
  static Resource view(String path, Reach reach, String summary, Answer answer) {
    return new Resource("GET", path, Role.VIEWER, reach, summary, Map.of(), answer);
  }

  /** One whose answer comes piece by piece, and that anybody who may look may ask for. */
  static Resource stream(String path, Reach reach, String summary, Streamed answer) {
    return view(path, reach, summary, answer.answer());
  }

  /** The same with a parameter of the query. */
  Resource with(String parameter, String sentence) {
    Map<String, String> more = new LinkedHashMap<>(parameters);
    more.put(parameter, sentence);
    return new Resource(method, path, role, reach, summary, more, example, answer);
  }

  /** The same with a body. */
  Resource taking(Example body) {
    return new Resource(method, path, role, reach, summary, parameters, body, answer);
  }

  /** Whether the path is that of a request; its variables, still encoded, or null. */
  @Nullable Map<String, String> match(String asked) {
    List<String> own = List.of(path.split("/", -1));
    List<String> parts = List.of(asked.split("/", -1));
    if (own.size() != parts.size()) {
      return null;
    }
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < own.size(); i++) {
      String wanted = own.get(i);
      if (wanted.startsWith("{")) {
        variables.put(wanted.substring(1, wanted.length() - 1), parts.get(i));
      } else if (!wanted.equals(parts.get(i))) {
        return null;
      }
    }
    return variables;
  }
}
