package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a 401 asks for when it comes from a filter that asks for no credentials of its own: one
 * challenge for each kind that consumers have (RFC 9110 §11.6.1).
 */
final class Challenges {
  private Challenges() {}

  /** A failure for a client that showed nothing. */
  static Failure missing(String detail, List<Consumer> consumers, String realm) {
    Set<String> challenges = new LinkedHashSet<>();
    for (Consumer consumer : consumers) {
      for (Consumer.Credential credential : consumer.credentials()) {
        if (credential.apiKey() != null) {
          challenges.add("ApiKey realm=\"" + realm + "\"");
        } else if (credential.basic() != null) {
          challenges.add("Basic realm=\"" + realm + "\", charset=\"UTF-8\"");
        } else if (credential.jwt() != null) {
          challenges.add("Bearer realm=\"" + realm + "\"");
        } else if (credential.hmac() != null) {
          challenges.add("Signature realm=\"" + realm + "\"");
        }
      }
    }
    if (challenges.isEmpty()) {
      challenges.add("Bearer realm=\"" + realm + "\"");
    }
    Failure failure = Failure.of(FailureCode.AUTH_MISSING, detail);
    for (String challenge : challenges) {
      failure = failure.header("www-authenticate", challenge);
    }
    return failure;
  }
}
