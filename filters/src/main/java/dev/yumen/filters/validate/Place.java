package dev.yumen.filters.validate;

/**
 * Where something stands in a document.
 *
 * @param file as the configuration names it, in normal form
 * @param pointer a JSON Pointer (RFC 6901); empty for the whole document
 */
record Place(String file, String pointer) {

  /** What is inside under this name, or at this index. */
  Place at(String token) {
    return new Place(file, pointer + "/" + escaped(token));
  }

  Place at(int index) {
    return at(Integer.toString(index));
  }

  /** A token as it stands in a JSON Pointer. */
  static String escaped(String token) {
    return token.replace("~", "~0").replace("/", "~1");
  }

  /** The token that stands so in a JSON Pointer. */
  static String unescaped(String token) {
    return token.replace("~1", "/").replace("~0", "~");
  }

  @Override
  public String toString() {
    return file + "#" + pointer;
  }
}
