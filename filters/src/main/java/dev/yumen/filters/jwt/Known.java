package dev.yumen.filters.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.FilterContext;
import dev.yumen.filters.auth.Digest;
import dev.yumen.filters.auth.Recent;
import org.jspecify.annotations.Nullable;

/**
 * What is kept for as long as configurations have a filter with the same settings: keys that stand
 * in them, and the tokens that were verified. Kept by the exact text of the token, whose hash a
 * client could collide but with tokens of its own alone.
 *
 * @param fixed null when keys are fetched
 */
record Known(@Nullable KeySource fixed, Recent<String, Verified> tokens) {

  static Known of(
      FilterContext context, JwtFilter.Config config, JwtConsumers consumers, @Nullable Keys keys) {
    // Settings hold secrets: what is kept as the name of the state is a digest.
    String name = Digest.of((config + "\n" + consumers).getBytes(UTF_8)).hex();
    return context.state(
        Known.class,
        name,
        () -> new Known(keys == null ? null : KeySource.of(keys), new Recent<>(config.cache())));
  }
}
