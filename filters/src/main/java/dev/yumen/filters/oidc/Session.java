package dev.yumen.filters.oidc;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of somebody who has logged in. Times are milliseconds since 1970.
 *
 * @param id the same for as long as the session lasts; of one in Redis, its place there
 * @param began when the login was
 * @param seen when it was used last, give or take a minute
 * @param idToken the last good one
 * @param scope what was granted, in words
 * @param refreshToken null when the provider gives none
 * @param accessEnd when the access token ends; 0 when nobody said
 * @param refreshAt when it is to be replaced; 0 for never
 */
record Session(
    String id,
    long began,
    long seen,
    String idToken,
    String accessToken,
    String scope,
    @Nullable String refreshToken,
    long accessEnd,
    long refreshAt) {
  private static final long MOST_AHEAD_MILLIS = 60_000;
  private static final int SHARE_AHEAD = 5;

  /** A new one. */
  static Session begin(Tokens tokens, String idToken, String scopes, long now) {
    Session empty = new Session(Sealer.random(16), now, now, idToken, "", scopes, null, 0, 0);
    return empty.with(tokens, idToken, now);
  }

  /** The same with newer tokens; what the provider did not renew stays. */
  Session with(Tokens tokens, String newIdToken, long now) {
    String refresh = tokens.refresh() == null ? refreshToken : tokens.refresh();
    long life = tokens.seconds() * 1000;
    long end = life == 0 ? 0 : now + life;
    long ahead = Math.min(MOST_AHEAD_MILLIS, life / SHARE_AHEAD);
    return new Session(
        id,
        began,
        now,
        newIdToken,
        tokens.access(),
        tokens.scope() == null ? scope : tokens.scope(),
        refresh,
        end,
        refresh == null || end == 0 ? 0 : end - ahead);
  }

  /** The same under another id. */
  Session named(String newId) {
    return new Session(
        newId, began, seen, idToken, accessToken, scope, refreshToken, accessEnd, refreshAt);
  }

  /** Whether both have the tokens of one time; providers may keep the refresh token. */
  boolean hasTokensOf(Session other) {
    return accessEnd == other.accessEnd
        && accessToken.equals(other.accessToken)
        && Objects.equals(refreshToken, other.refreshToken);
  }

  Session seenAt(long now) {
    return new Session(
        id, began, now, idToken, accessToken, scope, refreshToken, accessEnd, refreshAt);
  }

  boolean isAccessOver(long now) {
    return accessEnd != 0 && now >= accessEnd;
  }

  /** The refresh token when it is time to use it, else null. */
  @Nullable String due(long now) {
    return refreshAt != 0 && now >= refreshAt ? refreshToken : null;
  }

  byte[] bytes() {
    return new SealedJson()
        .with("id", id)
        .with("began", began)
        .with("seen", seen)
        .with("id_token", idToken)
        .with("access", accessToken)
        .with("scope", scope)
        .with("refresh", refreshToken)
        .with("end", accessEnd)
        .with("at", refreshAt)
        .bytes();
  }

  static @Nullable Session read(byte @Nullable [] bytes) {
    SealedJson json = SealedJson.read(bytes);
    if (json == null || json.number("began") == 0) {
      return null;
    }
    return new Session(
        json.text("id"),
        json.number("began"),
        json.number("seen"),
        json.text("id_token"),
        json.text("access"),
        json.text("scope"),
        json.maybe("refresh"),
        json.number("end"),
        json.number("at"));
  }

  /** Nothing that could be used. */
  @Override
  public String toString() {
    return "session since " + began;
  }
}
