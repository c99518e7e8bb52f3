package dev.yumen.control.diagnose;

/** What came of looking at something, the least telling first. */
public enum Verdict {
  /** Looked at, and well. */
  GOOD,
  /** The process does not know it; its evidence says why. */
  NOT_KNOWN,
  /** Not as it should be, and perhaps not the cause. */
  SUSPECT,
  /** A cause. */
  FOUND
}
