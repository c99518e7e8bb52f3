package dev.yumen.filters.jwt;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where keys come from. Any thread; never blocks. */
interface KeySource {

  /** The keys that count now; null as long as there are none. */
  @Nullable Keys current();

  /**
   * Looks for newer keys, because a token names one that is not there.
   *
   * @return completes with the keys that count then, or null when there are none still; null when
   *     it is too early to look again
   */
  @Nullable CompletionStage<@Nullable Keys> refetch();

  /**
   * The keys once they are there.
   *
   * @return as {@link #refetch}; null when nobody is looking for them at the moment
   */
  @Nullable CompletionStage<@Nullable Keys> first();

  /** Keys of the configuration, which never change. */
  static KeySource of(Keys keys) {
    return new KeySource() {
      @Override
      public Keys current() {
        return keys;
      }

      @Override
      public @Nullable CompletionStage<@Nullable Keys> refetch() {
        return null;
      }

      @Override
      public CompletionStage<@Nullable Keys> first() {
        return CompletableFuture.completedStage(keys);
      }
    };
  }
}
