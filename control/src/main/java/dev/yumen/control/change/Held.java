package dev.yumen.control.change;

import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Sourced;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.DocumentStore.Conflict;
import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.control.source.Envelope;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The source of record and what it held when it was looked at last, which the {@link Documents} are
 * told of. One thread at a time.
 */
final class Held {
  private final DocumentStore store;
  private final Documents documents;
  private @Nullable Revision current;

  /** What is there instead of a document that went; null while there is one. */
  private @Nullable Stored gone;

  /**
   * What it held.
   *
   * @param stored as the store gave it
   * @param envelope the same opened
   * @param text the document in it
   */
  record Revision(Stored stored, Envelope envelope, WritableText text) {}

  Held(DocumentStore store, Documents documents) {
    this.store = store;
    this.documents = documents;
  }

  String name() {
    return store.name();
  }

  boolean writable() {
    return store.writable();
  }

  /** What it held last; null before it could be had. */
  @Nullable Revision current() {
    return current;
  }

  /**
   * Looks what it holds now.
   *
   * <p>A document that went, or of which nothing is left, is taken for an accident and not for a
   * wish to have no routes any more: what was there stays. One that was never there is an empty
   * one.
   *
   * @return null when that is what is known already
   * @throws IOException when it can not be had, or went
   */
  @Nullable Revision look() throws IOException, InterruptedException {
    Stored now = store.read();
    Revision known = current;
    if (known != null && now.revision().equals(known.stored().revision())) {
      gone = null;
      return null;
    }
    if (known != null && isNothing(now) && !isNothing(known.stored())) {
      gone = now;
      throw new IOException(
          "the document of "
              + store.name()
              + (now.document() == null ? " is not there any more" : " is empty")
              + " (expected: what was there, or {} to have it empty)");
    }
    return take(now);
  }

  private static boolean isNothing(Stored stored) {
    return stored.document() == null || stored.document().isBlank();
  }

  /** Takes note of what it holds. */
  Revision take(Stored now) {
    Envelope envelope = opened(now);
    return take(now, envelope, new Sourced(store.name(), envelope.document()));
  }

  static Envelope opened(Stored stored) {
    return Envelope.open(stored.document() == null ? "" : stored.document());
  }

  private Revision take(Stored now, Envelope envelope, Sourced sourced) {
    Revision taken = new Revision(now, envelope, WritableText.of(sourced));
    current = taken;
    gone = null;
    documents.sourced(sourced);
    return taken;
  }

  /** The configuration as it would be with another text here. */
  LoadedConfig with(Sourced wished) {
    return documents.readWith(wished);
  }

  /**
   * Writes another text, if nobody else wrote meanwhile.
   *
   * @param before what is replaced
   * @throws IOException when it is not known whether it was written, or it was not
   */
  Revision write(Revision before, Sourced wished, Wish wish)
      throws Conflict, IOException, InterruptedException {
    Envelope envelope = new Envelope(wish.author(), wish.message(), wished.text());
    Stored there = gone == null ? before.stored() : gone;
    return take(store.write(envelope.text(), there.revision()), envelope, wished);
  }

  /** Writes what was there before. */
  void writeBack(Revision before, Revision written)
      throws Conflict, IOException, InterruptedException {
    String text = before.stored().document() == null ? "" : before.stored().document();
    take(store.write(text, written.stored().revision()));
  }
}
