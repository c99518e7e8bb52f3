package dev.yumen.control.traffic;

import dev.yumen.dataplane.observe.TrafficTotals;
import java.time.Instant;

/**
 * What all requests together came to between two looks, about a second apart.
 *
 * @param number counts the looks, from 1
 * @param time of the later look
 * @param seconds between the two, more than 0
 */
public record TrafficSecond(long number, Instant time, double seconds, TrafficTotals change) {

  /** How often a second that is. */
  public double rate(long count) {
    return count / seconds;
  }
}
