package dev.yumen.filters.oidc;

import dev.yumen.api.Redis;
import dev.yumen.filters.jwt.IssuerTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Notes in Redis which sessions are over, for all gateways: each look at a session asks. All keys
 * of a client are in one slot of a cluster. Names of the provider stand there as digests. Any
 * thread.
 *
 * @param prefix of keys, with what they have in common in braces
 * @param keptMillis longer than any session lasts
 */
record SharedEndings(Redis redis, String prefix, long keptMillis) implements Endings {

  @Override
  public CompletionStage<Noted> end(Word word) {
    List<String> keys = new ArrayList<>();
    keys.add(word.sid() == null ? key("sub", word.sub()) : key("sid", word.sid()));
    if (word.jti() != null) {
      keys.add(key("jti", word.jti()));
    }
    return redis
        .run(VaultScripts.END, keys, List.of(Long.toString(keptMillis)))
        .handle(
            (answer, failure) -> {
              if (failure != null || answer.size() != 1) {
                return Noted.UNAVAILABLE;
              }
              return answer.getFirst() == 1 ? Noted.DONE : Noted.BEFORE;
            });
  }

  /**
   * Whether a session has ended by word of the provider.
   *
   * @param began when it was put into Redis, by the clock there
   */
  CompletionStage<Boolean> hasEnded(Session session, String began) {
    Map<String, Object> claims = IssuerTokens.claims(session.idToken());
    if (claims == null) {
      return CompletableFuture.completedStage(true);
    }
    return redis
        .run(
            VaultScripts.ENDED,
            List.of(key("sid", claims.get("sid")), key("sub", claims.get("sub"))),
            List.of(began))
        .thenApply(answer -> answer.size() != 1 || answer.getFirst() != 0);
  }

  private String key(String kind, @Nullable Object name) {
    return prefix + kind + ":" + SessionVault.digest(kind, String.valueOf(name));
  }
}
