package dev.yumen.filters.traffic;

import dev.yumen.api.DataSize;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Shorthand;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How much a request counts; one of its components is set. */
@Describe("How much a request counts: a number, or one of these.")
@Shorthand("number")
public record Cost(
    @Describe("As many as so many requests.") @Nullable Long number,
    @Describe("1 for every such part of the request's body, also for the one begun last.")
        @Nullable DataSize per,
    @Describe("Name of a header of the answer that tells how much the request counts.")
        @Nullable String responseHeader) {
  /** What a request counts whose cost is not known, or not known yet. */
  static final long UNKNOWN = 1;

  /** No request counts more. */
  private static final long MOST = 1_000_000_000;

  public Cost {
    long given = Stream.of(number, per, responseHeader).filter(Objects::nonNull).count();
    if (given != 1) {
      throw InvalidValue.found(
          "", given == 0 ? "nothing" : "more than one", "a number, per or response-header");
    }
    if (number != null && number < 1) {
      throw new InvalidValue("number", number, "at least 1");
    }
    if (per != null && per.bytes() < 1) {
      throw new InvalidValue("per", per.toString(), "at least 1B");
    }
    if (responseHeader != null) {
      HeaderName.readable("response-header", responseHeader);
    }
  }

  /** What is known of a request's cost when it comes. */
  long known(Exchange exchange) {
    if (number != null) {
      return number;
    }
    String length = per == null ? null : exchange.request().headers().first("content-length");
    return length == null ? UNKNOWN : ofBody(Long.parseLong(length));
  }

  /** Whether more may be known once the request was answered. */
  boolean isToldLater(Exchange exchange) {
    return responseHeader != null
        || (per != null && !exchange.request().headers().contains("content-length"));
  }

  /** What a request with a body of so many bytes counts. */
  long ofBody(long bytes) {
    return Math.clamp(Math.ceilDiv(bytes, Objects.requireNonNull(per).bytes()), 1, MOST);
  }

  /** What a header's value says, or -1 if that is no cost. */
  static long parse(String value) {
    if (value.isEmpty()
        || value.length() > 10
        || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    long cost = Long.parseLong(value);
    return cost <= MOST ? cost : -1;
  }
}
