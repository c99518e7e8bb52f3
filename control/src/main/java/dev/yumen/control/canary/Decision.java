package dev.yumen.control.canary;

import dev.yumen.api.Canary.Stage;
import java.util.Locale;

/**
 * A change of a canary.
 *
 * @param time as an instant, such as {@code 2026-01-31T14:03:00Z}
 * @param stage what it came to
 * @param weight share of the candidate from then on, in percent
 */
public record Decision(String time, Kind kind, Stage stage, double weight, Reason reason) {

  /** What was decided. */
  public enum Kind {
    START,
    STEP,
    PAUSE,
    RESUME,
    PROMOTE,
    ROLLBACK,
    RESTART;

    /** As people, files and metrics have it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
