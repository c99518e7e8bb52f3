package dev.yumen.api;

import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of one message, in order; names are compared without regard to case (RFC 9110
 * §5.1). The same view for HTTP/1.1, HTTP/2 and HTTP/3. Values become strings only when asked for.
 *
 * <p>{@link #set} and {@link #remove} also take fields whose names differ only by {@code _} for
 * {@code -}: many servers read both as the same variable (RFC 3875 §4.1.18), so a client could send
 * a look-alike of what a filter sets.
 *
 * <p>Edits refuse what could not be sent: a name that is no token, or a value with CR, LF, NUL or
 * another control character, throws {@link IllegalArgumentException}. Fields that belong to the
 * connection ({@code Connection}, {@code Transfer-Encoding}, {@code Content-Length} …) are the
 * gateway's own: reading them works, editing them has no effect on the wire. Owned by the exchange;
 * must not be used after it ended.
 */
public interface Headers {

  /** The first value, or null when there is none. */
  @Nullable String first(String name);

  /** All values in order; empty when there is none. */
  List<String> all(String name);

  boolean contains(String name);

  /** Replaces every value of this name by one. */
  Headers set(String name, String value);

  /** Adds one more value after those there. */
  Headers add(String name, String value);

  Headers remove(String name);

  /** Number of fields, counting repeated names each time. */
  int size();

  /** Calls with every field in order, names as they were sent. */
  void forEach(BiConsumer<String, String> action);
}
