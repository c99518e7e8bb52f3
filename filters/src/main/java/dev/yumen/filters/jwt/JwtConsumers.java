package dev.yumen.filters.jwt;

import dev.yumen.api.Consumer;
import dev.yumen.api.Identity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who the subject of a token is among the consumers of the configuration. */
public final class JwtConsumers {
  private final Map<Subject, Consumer> bySubject = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final StringBuilder text = new StringBuilder();

  private record Subject(@Nullable String issuer, String name) {}

  public JwtConsumers(List<Consumer> consumers) {
    for (Consumer consumer : consumers) {
      names.add(consumer.name());
      text.append(consumer.name()).append(consumer.groups()).append(consumer.tags());
      text.append(consumer.tier()).append(consumer.quota());
      for (Consumer.Credential credential : consumer.credentials()) {
        Consumer.Jwt jwt = credential.jwt();
        if (jwt != null) {
          bySubject.put(new Subject(jwt.issuer(), jwt.subject()), consumer);
          text.append(' ').append(jwt).append(' ');
        }
      }
    }
  }

  public boolean isEmpty() {
    return bySubject.isEmpty();
  }

  /** The consumer whose subject this is for its issuer, or for any; or null. */
  public @Nullable Consumer find(String subject, Map<String, Object> claims) {
    Consumer exact =
        claims.get("iss") instanceof String issuer
            ? bySubject.get(new Subject(issuer, subject))
            : null;
    return exact == null ? bySubject.get(new Subject(null, subject)) : exact;
  }

  /**
   * A consumer of somebody whom only the issuer knows; null when a consumer of the configuration
   * has this name, which the issuer has no right to give.
   */
  public @Nullable Consumer stranger(
      String subject, Map<String, Object> claims, String groupsClaim) {
    if (names.contains(subject)) {
      return null;
    }
    List<String> groups = Identity.words(Identity.claim(claims, groupsClaim));
    return new Consumer(subject, groups, Map.of(), List.of());
  }

  /** Everything that decides, as text: equal for equal consumers. */
  @Override
  public String toString() {
    return text.toString();
  }
}
