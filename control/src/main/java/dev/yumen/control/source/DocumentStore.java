package dev.yumen.control.source;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A place that holds one configuration document for any number of gateways: a file of our own, a
 * key of etcd or Consul, a configuration centre. It is the source of record: what it holds is what
 * ought to be live.
 *
 * <p>Methods block, and are called on virtual threads; {@link #await} on one and {@link #write} on
 * another at the same time. Nothing is tried again here: whoever calls waits and calls once more.
 */
public interface DocumentStore extends AutoCloseable {

  /**
   * What it is called where versions and messages say where something came from, such as {@code
   * etcd}.
   */
  String name();

  /** Whether {@link #write} can be used. */
  boolean writable();

  /**
   * What it holds now.
   *
   * @throws IOException when it can not be reached, or holds what is no text; says which and why,
   *     without credentials
   */
  Stored read() throws IOException, InterruptedException;

  /**
   * Waits until it may hold something else.
   *
   * @param revision of what is known
   * @return what it holds then; may be what is known already
   * @throws IOException as {@link #read}
   */
  Stored await(String revision) throws IOException, InterruptedException;

  /**
   * Replaces what it holds, if that is still what the writer saw. When this returns it is there for
   * good.
   *
   * @param document at most {@link Stored#MOST_BYTES} in UTF-8
   * @param revision of what the writer saw
   * @return what it holds now
   * @throws Conflict when it holds something else by now; nothing was changed
   * @throws IOException when it is not known whether it was written, or it was not
   */
  Stored write(String document, String revision) throws Conflict, IOException, InterruptedException;

  /** Ends what waits in {@link #await}, by an exception there. */
  @Override
  void close();

  /**
   * What a store holds.
   *
   * @param document the text; null when it holds nothing yet
   * @param revision another one whenever the document is another one; of a store's own kind
   */
  record Stored(@Nullable String document, String revision) {
    /** Longest document in bytes of UTF-8, before it is compressed. */
    public static final int MOST_BYTES = 64 << 20;
  }

  /** Somebody else wrote first. */
  final class Conflict extends Exception {
    private static final long serialVersionUID = 1L;

    public Conflict(String message) {
      super(message);
    }
  }
}
