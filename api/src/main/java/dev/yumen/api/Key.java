package dev.yumen.api;

/**
 * A typed name for something that one filter leaves on the exchange for later ones. Compared by
 * identity, so keep it in a static field.
 */
@SuppressWarnings("UnusedTypeParameter") // the type is for the compiler of the caller
public final class Key<T> {
  private final String name;

  private Key(String name) {
    this.name = name;
  }

  public static <T> Key<T> of(String name) {
    return new Key<>(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
