package dev.yumen.filters.oidc;

import org.jspecify.annotations.Nullable;

/**
 * A login under way, as the browser that started it keeps it.
 *
 * @param began milliseconds since 1970
 * @param target where the browser wanted to go
 */
record PendingLogin(String state, String nonce, String verifier, String target, long began) {
  private static final int RANDOM_BYTES = 32;

  static PendingLogin begin(String target, long now) {
    return new PendingLogin(
        Sealer.random(RANDOM_BYTES),
        Sealer.random(RANDOM_BYTES),
        Sealer.random(RANDOM_BYTES),
        target,
        now);
  }

  byte[] bytes() {
    return new SealedJson()
        .with("state", state)
        .with("nonce", nonce)
        .with("verifier", verifier)
        .with("target", target)
        .with("began", began)
        .bytes();
  }

  static @Nullable PendingLogin read(byte @Nullable [] bytes) {
    SealedJson json = SealedJson.read(bytes);
    return json == null || json.number("began") == 0
        ? null
        : new PendingLogin(
            json.text("state"),
            json.text("nonce"),
            json.text("verifier"),
            json.text("target"),
            json.number("began"));
  }

  /** Nothing that could be used. */
  @Override
  public String toString() {
    return "login to " + target;
  }
}
