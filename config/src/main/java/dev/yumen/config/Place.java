package dev.yumen.config;

/** A place in a source; line and column are counted from 1, or 0 for a source without lines. */
record Place(Source source, int line, int column) {
  Position position() {
    return new Position(source.name(), line, column);
  }

  @Override
  public String toString() {
    return position().toString();
  }
}
