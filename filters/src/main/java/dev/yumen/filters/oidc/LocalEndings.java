package dev.yumen.filters.oidc;

import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Notes in the memory of this gateway which sessions are over. Any thread. */
record LocalEndings(Memory memory, OidcLoginFilter.Config config, InstantSource clock)
    implements Endings {

  @Override
  public CompletionStage<Noted> end(Word word) {
    long now = clock.millis();
    long until = now + config.absoluteTimeout().toMillis();
    if (word.jti() != null && !memory.takeOnce("logout " + word.jti(), now, until)) {
      return CompletableFuture.completedStage(Noted.BEFORE);
    }
    if (word.sid() == null) {
      memory.endSubject(String.valueOf(word.sub()), now, until);
    } else {
      memory.endSid(word.sid(), until);
    }
    return CompletableFuture.completedStage(Noted.DONE);
  }
}
