package dev.yumen.config;

/**
 * Something that settings are read from: a file, a text, or an environment variable.
 *
 * @param order in which the sources of one configuration were read, from 0
 * @param name as it stands in messages
 */
record Source(int order, String name) {
  /** Order of what stands beside all files. */
  static final int BESIDE = Integer.MAX_VALUE;
}
