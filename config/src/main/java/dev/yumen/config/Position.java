package dev.yumen.config;

/**
 * A place in a file.
 *
 * @param file as the user named it, relative to the main file
 * @param line counted from 1; 0 when the file's name says it all, as that of a variable does
 * @param column counted from 1, in characters
 */
public record Position(String file, int line, int column) {
  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line + ":" + column;
  }
}
