package dev.yumen.control.admin;

import java.util.HashMap;
import java.util.Map;

/** Places of those who are told second by second: so many in all, and so many of one token. */
final class StreamPlaces {
  static final int MOST = 16;
  static final int MOST_OF_TOKEN = 4;

  private final Map<String, Integer> taken = new HashMap<>();
  private int all;

  /**
   * Takes one, which is to be given back.
   *
   * @throws Refused when there is none
   */
  synchronized void take(Caller caller) throws Refused {
    int own = taken.getOrDefault(caller.name(), 0);
    if (own >= MOST_OF_TOKEN && !caller.equals(Caller.LOCAL)) {
      throw new Refused(
          AdminError.RATE_LIMITED,
          own + " streams are told to " + caller.name() + " already, which is the most of a token");
    }
    if (all >= MOST) {
      throw new Refused(
          AdminError.UNAVAILABLE, MOST + " clients are told already, which is the most");
    }
    taken.put(caller.name(), own + 1);
    all++;
  }

  synchronized void give(Caller caller) {
    taken.computeIfPresent(caller.name(), (_, own) -> own == 1 ? null : own - 1);
    all--;
  }
}
