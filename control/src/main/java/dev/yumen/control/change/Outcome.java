package dev.yumen.control.change;

import dev.yumen.api.UrlPasswords;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of a wished change. */
public sealed interface Outcome {

  /**
   * What a change is between. Nobody else's change is in it, as one is made at a time.
   *
   * @param before what was live until then
   */
  record Step(LoadedConfig before, LoadedConfig after) {}

  /**
   * It is live and recorded.
   *
   * @param number of the version
   * @param step from what was live before to what is
   * @param tag of what the source holds now; null when nothing was written there
   * @param warnings what was noticed all the same
   */
  record Done(long number, Step step, @Nullable String tag, List<Problem> warnings)
      implements Outcome {
    /** Of the configuration. */
    public String hash() {
      return step.after().hash();
    }
  }

  /**
   * It was only judged, and is good.
   *
   * @param step from what is live to what would be
   */
  record Good(Step step, List<Problem> warnings) implements Outcome {}

  /** It has errors; nothing was changed. */
  record Invalid(List<Problem> problems) implements Outcome {}

  /**
   * Somebody else changed it meanwhile; nothing was changed.
   *
   * @param tag of what is there now
   */
  record Stale(String tag) implements Outcome {}

  /** It can not be changed here; says where it can. */
  record ReadOnly(String why) implements Outcome {}

  /** A change waits to be confirmed or taken back first. */
  record Waiting(Confirmation.Pending pending) implements Outcome {}

  /** The source can not be had; says why. It may or may not hold the change. */
  record Unavailable(String why) implements Outcome {
    public Unavailable {
      why = UrlPasswords.hiddenInText(why);
    }
  }
}
