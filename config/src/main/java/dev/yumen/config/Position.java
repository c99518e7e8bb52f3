package dev.yumen.config;

/**
 * A place in a file.
 *
 * @param file as the user named it, relative to the main file
 * @param line counted from 1
 * @param column counted from 1, in characters
 */
public record Position(String file, int line, int column) {
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
