package dev.yumen.filters.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.auth.Digest;
import dev.yumen.filters.auth.Recent;
import dev.yumen.filters.jwt.Introspected.Active;
import dev.yumen.filters.jwt.Introspected.Refused;
import dev.yumen.filters.jwt.Introspected.Unsaid;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service has said of tokens of late, by their digests, and what it is being asked. What
 * does not count has places of its own, so that guesses drive out no good token. One for filters
 * with the same settings, across reloads. Any thread.
 */
final class Introspections {
  private static final Logger LOG = LoggerFactory.getLogger(Introspections.class);

  private final Recent<Digest, Active> active;
  private final Recent<Digest, Refused> refused;
  private final Questions<Introspected> questions;
  private final AtomicBoolean silent = new AtomicBoolean();

  private Introspections(Oauth2IntrospectionFilter.Config config, FilterContext context) {
    active = new Recent<>(config.cache());
    refused = new Recent<>(config.cache());
    questions = new Questions<>(config.timeout(), context);
  }

  static Introspections of(
      FilterContext context, Oauth2IntrospectionFilter.Config config, JwtConsumers consumers) {
    // Settings hold a secret: what is kept as the name of the state is a digest.
    String name = Digest.of((config + "\n" + consumers).getBytes(UTF_8)).hex();
    return context.state(Introspections.class, name, () -> new Introspections(config, context));
  }

  Questions<Introspected> questions() {
    return questions;
  }

  /** What was said of a token that counted; it may have to be asked about again. */
  @Nullable Active active(Digest token, long millis) {
    return active.get(token, millis);
  }

  @Nullable Refused refused(Digest token, long millis) {
    return refused.get(token, millis);
  }

  /**
   * @param until from when on it is forgotten, in milliseconds since 1970
   */
  void keep(Digest token, Introspected said, long until) {
    switch (said) {
      case Active good -> active.put(token, good, until);
      case Refused bad -> {
        active.forget(token);
        refused.put(token, bad, until);
      }
      case Unsaid _ -> throw new IllegalArgumentException("nothing was said");
    }
  }

  /** Tells the log when a service falls silent and when it speaks again. */
  void heard(String upstream, Introspected said) {
    if (said instanceof Unsaid unsaid) {
      if (silent.compareAndSet(false, true)) {
        LOG.warn(
            "oauth2-introspection: {} does not say whether tokens count: {}",
            upstream,
            unsaid.why());
      }
    } else if (silent.get() && silent.compareAndSet(true, false)) {
      LOG.info("oauth2-introspection: {} says again whether tokens count", upstream);
    }
  }
}
