package dev.yumen.dataplane.exchange;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.config.BalanceConfig.ConsistentHash;
import dev.yumen.config.BalanceConfig.MissingKey;
import dev.yumen.dataplane.balance.KeyHash;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The key of a request by which its endpoint is chosen. */
final class EndpointKey {
  private EndpointKey() {}

  /** Why a request can not be served without the key, if it has none; null when it can. */
  static @Nullable Failure missing(@Nullable ConsistentHash settings, Exchange exchange) {
    if (settings == null
        || settings.missingKey() != MissingKey.REJECT
        || settings.key().of(exchange) != null) {
      return null;
    }
    return Failure.of(FailureCode.BAD_REQUEST, settings.key() + " is missing (balance)");
  }

  /** The hash of the key, or of what stands for it; 0 where nothing is hashed. */
  static long hash(@Nullable ConsistentHash settings, Exchange exchange) {
    if (settings == null) {
      return 0;
    }
    String key = settings.key().of(exchange);
    if (key != null) {
      return KeyHash.of(key);
    }
    return switch (settings.missingKey()) {
      case ADDRESS -> KeyHash.of(exchange.clientAddress().getHostAddress());
      case ALLOW, REJECT -> ThreadLocalRandom.current().nextLong();
    };
  }
}
