package dev.yumen.dataplane.canary;

/** Decides how canaries go on; handed in, so that nothing here knows how. */
public interface CanaryDesk {

  /** Leaves every canary at its first step. For checks of a configuration, and tests. */
  CanaryDesk NONE = traffic -> () -> {};

  /**
   * A canary was made: says by {@link CanaryTraffic#steer} how far it has come, and may go on to
   * say so. Its configuration is not live yet, and perhaps never will be. May block for a moment.
   *
   * @return to be run when no configuration uses it any more; any thread
   */
  Runnable opened(CanaryTraffic traffic);
}
