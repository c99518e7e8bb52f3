package dev.yumen.filters.token;

import dev.yumen.filters.fetch.Posted;
import dev.yumen.filters.jwt.Json;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a token endpoint says (RFC 6749 §5). */
public sealed interface TokenAnswer {

  /**
   * A bearer token.
   *
   * @param token fit for the field Authorization
   * @param members all that was said
   */
  record Granted(String token, Map<String, Object> members) implements TokenAnswer {
    /** What may stand in Authorization (RFC 6750 §2.1). */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*+");

    public @Nullable String text(String member) {
      return members.get(member) instanceof String text ? text : null;
    }

    /** Nothing that could be used. */
    @Override
    public String toString() {
      return "token";
    }
  }

  /**
   * No.
   *
   * @param detail one line for the log
   */
  record Refused(String detail) implements TokenAnswer {
    private static final Pattern ERROR = Pattern.compile("[a-z_]{1,40}");
  }

  /**
   * Something that makes no sense.
   *
   * @param detail one line for the log
   */
  record Senseless(String detail) implements TokenAnswer {}

  /** Reads the answer of an endpoint. */
  static TokenAnswer of(URI endpoint, Posted.Answer answer) {
    Map<String, Object> members = Json.object(answer.body());
    if (answer.status() != 200) {
      return new Refused("the token endpoint says " + error(members, answer.status()));
    }
    if (members == null
        || !(members.get("access_token") instanceof String token)
        || !Granted.TOKEN.matcher(token).matches()
        || !(members.get("token_type") instanceof String type)
        || !type.equalsIgnoreCase("bearer")) {
      return new Senseless(endpoint + " sent no bearer token");
    }
    return new Granted(token, members);
  }

  /** The code of an error, if it is one that a log can hold. */
  private static String error(@Nullable Map<String, Object> members, int status) {
    return members != null
            && members.get("error") instanceof String error
            && Refused.ERROR.matcher(error).matches()
        ? error
        : String.valueOf(status);
  }
}
