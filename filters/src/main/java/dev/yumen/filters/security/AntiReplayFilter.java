package dev.yumen.filters.security;

import dev.yumen.api.Attribute;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Remark;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request through once: it says when it was made and by a nonce which one it is. That nobody
 * changed what it says is for others to see to, as for TLS, or for a signature that covers both.
 */
public final class AntiReplayFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("anti-replay", Config.class, AntiReplayFilter::new);

  private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9._~+/=-]{8,128}");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");

  /** What requests have to say. */
  @Describe("Lets a request through once, by a nonce and a time that it states.")
  public record Config(
      @Describe("Header that holds the nonce: 8 to 128 letters, digits and . _ ~ + / = -")
          @Default("X-Nonce")
          String nonceHeader,
      @Describe("Header that holds the time, in seconds since 1970.") @Default("X-Timestamp")
          String timestampHeader,
      @Describe("How old a request may be.") @Default("5m") Duration window,
      @Describe("How far clocks of clients may be ahead.") @Default("30s") Duration clockSkew,
      @Describe(
              "What nonces are unique within, such as consumer or header:NAME; without it they are"
                  + " unique among all requests.")
          @Nullable Attribute key,
      @Describe("Where it is remembered which nonces were used.") @Default("{}")
          ReplayGuard.Config replay) {

    public Config {
      HeaderName.readable("nonce-header", nonceHeader);
      HeaderName.readable("timestamp-header", timestampHeader);
      if (window.compareTo(Duration.ofSeconds(1)) < 0 || window.compareTo(Duration.ofDays(1)) > 0) {
        throw InvalidValue.found("window", window.toMillis() + "ms", "1s to 24h");
      }
      if (clockSkew.isNegative() || clockSkew.compareTo(Duration.ofHours(1)) > 0) {
        throw InvalidValue.found("clock-skew", clockSkew.toMillis() + "ms", "0s to 1h");
      }
      if (key != null && key.kind() == Attribute.Kind.CLIENT) {
        throw new InvalidValue(
            "key", "client", "another key: what was recorded can be sent from another address");
      }
    }
  }

  private final Config config;
  private final FilterContext context;
  private final ReplayGuard guard;

  private AntiReplayFilter(Config config, FilterContext context) {
    this.config = config;
    this.context = context;
    Duration kept = config.window.plus(config.clockSkew).plusSeconds(1);
    guard = new ReplayGuard(context, "replay", config.replay, "anti-replay", kept);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Verdict refusal = refusal(exchange);
    return refusal == null ? remember(exchange) : refusal;
  }

  @Override
  public Effect explain(Exchange exchange) {
    Verdict refusal = refusal(exchange);
    return refusal == null ? Effect.untried(Remark.About.REMEMBERS, "nonce") : Effect.sure(refusal);
  }

  /** What is wrong whether or not it was seen before; null when nothing is. */
  private @Nullable Verdict refusal(Exchange exchange) {
    String nonce = only(exchange, config.nonceHeader, NONCE);
    String stated = only(exchange, config.timestampHeader, SECONDS);
    if (nonce == null || stated == null) {
      return Verdict.fail(
          FailureCode.BAD_REQUEST,
          "anti-replay: not one usable "
              + (nonce == null ? config.nonceHeader : config.timestampHeader));
    }
    long made = Long.parseLong(stated);
    long now = context.clock().instant().getEpochSecond();
    if (made < now - config.window.toSeconds() || made > now + config.clockSkew.toSeconds()) {
      return Verdict.fail(
          FailureCode.FORBIDDEN, "anti-replay: made at " + made + ", now is " + now);
    }
    return null;
  }

  private Verdict remember(Exchange exchange) {
    String nonce = Objects.requireNonNull(only(exchange, config.nonceHeader, NONCE));
    String within = config.key == null ? "" : config.key.of(exchange);
    byte[] thing = ReplayGuard.thing(within == null ? "" : within, nonce);
    return guard.admit(
        thing, Failure.of(FailureCode.FORBIDDEN, "anti-replay: a nonce that was used before"));
  }

  private static @Nullable String only(Exchange exchange, String header, Pattern form) {
    List<String> values = exchange.request().headers().all(header);
    boolean usable = values.size() == 1 && form.matcher(values.getFirst()).matches();
    return usable ? values.getFirst() : null;
  }
}
