package dev.yumen.control.change;

import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.Sourced;
import dev.yumen.control.change.Confirmation.Pending;
import dev.yumen.control.history.Version;
import dev.yumen.control.history.Written;
import dev.yumen.control.publish.ApplyResult;
import dev.yumen.control.publish.Cause;
import dev.yumen.control.publish.Publisher;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.DocumentStore.Conflict;
import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.control.source.Envelope;
import dev.yumen.dataplane.Gateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door to what is live: changes of the files, changes of the source, and what is wished
 * here, one at a time. What is wished is written to the source first, if nobody else wrote there
 * meanwhile, and then made live; both have happened when an {@link Outcome.Done} is returned.
 *
 * <p>Any thread but an event loop; blocks.
 */
public final class Changes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

  /** How long to wait when something could not be taken back. */
  private static final Duration AGAIN = Duration.ofSeconds(5);

  private final Documents documents;
  private final Publisher publisher;
  private final @Nullable DocumentStore store;
  private final Confirmation confirmation;
  private final InstantSource clock;
  private final ReentrantLock door = new ReentrantLock();

  /** What the store held last; null before it could be had. Behind the door. */
  private @Nullable Stored current;

  /** Behind the door. */
  private boolean closed;

  /**
   * @param store null when there are only files
   * @param state folder for what must survive this process
   */
  public Changes(
      Documents documents,
      Publisher publisher,
      @Nullable DocumentStore store,
      Path state,
      InstantSource clock) {
    this.documents = documents;
    this.publisher = publisher;
    this.store = store;
    this.clock = clock;
    this.confirmation = new Confirmation(state.resolve("unconfirmed.json"), clock);
  }

  /**
   * Begins with what is live.
   *
   * @param held what the store holds of it; null when it could not be had, or there is none
   */
  public void begin(@Nullable Stored held) {
    door.lock();
    try {
      current = held;
      confirmation.resume(this::takeBack);
    } finally {
      door.unlock();
    }
  }

  /** The change that waits to be confirmed, or null. */
  public @Nullable Pending pending() {
    return confirmation.pending();
  }

  // ---- what is found ----

  /**
   * The files were read again.
   *
   * @param why who or what noticed it
   */
  public void filesChanged(LoadedConfig loaded, String why) {
    door.lock();
    try {
      if (!closed) {
        publisher.apply(store == null ? loaded : documents.read(), Cause.of(why));
      }
    } finally {
      door.unlock();
    }
  }

  /**
   * The store may hold something else.
   *
   * @return what it holds
   * @throws IOException when it can not be had
   */
  public Stored storeChanged() throws IOException, InterruptedException {
    DocumentStore from = Objects.requireNonNull(store);
    door.lock();
    try {
      if (closed) {
        throw new IOException("the gateway is stopping");
      }
      Stored now = from.read();
      if (current == null || !now.revision().equals(current.revision())) {
        Envelope envelope = take(now);
        String author = envelope.author().isEmpty() ? from.name() : envelope.author();
        publisher.apply(documents.read(), new Cause(author, envelope.message(), from.name()));
      }
      return now;
    } finally {
      door.unlock();
    }
  }

  private Envelope take(Stored now) {
    current = now;
    Envelope envelope = opened(now);
    documents.sourced(new Sourced(Objects.requireNonNull(store).name(), envelope.document()));
    return envelope;
  }

  /** What a store holds; an empty document when it holds none. */
  public static Envelope opened(Stored stored) {
    return Envelope.open(stored.document() == null ? "" : stored.document());
  }

  // ---- what is wished ----

  /** The text that can be written here, or that of the files when none can; null if unreadable. */
  public @Nullable String text() {
    door.lock();
    try {
      return current == null ? documents.filesAlone() : opened(current).document();
    } finally {
      door.unlock();
    }
  }

  /**
   * The configuration as it would be with another text in the source, good or bad.
   *
   * @param name how the text is called in messages
   * @return null when there is no source
   */
  public @Nullable LoadedConfig candidate(String name, String text) {
    return store == null ? null : documents.readWith(new Sourced(name, text));
  }

  /** The configuration with another text in the source, as it is written; null if unreadable. */
  public @Nullable String whole(String text) {
    return documents.text(store == null ? null : new Sourced(store.name(), text));
  }

  /** Where the text that can be written lies: {@code files}, or the name of a source. */
  public String where() {
    return store == null ? Cause.FILES : store.name();
  }

  /** Whether there is something that can be written; says why not, or null. */
  public @Nullable String readOnly() {
    if (store == null) {
      return "the configuration is in "
          + documents.main().getFileName()
          + " (expected: change it there, or set source.store to write through this API)";
    }
    return store.writable() ? null : "the source " + store.name() + " is changed where it is kept";
  }

  /** Another one whenever the text is another one: 128 bits of its SHA-256 in hex. */
  public static String tag(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What somebody makes of the text that is there. */
  @FunctionalInterface
  public interface Edit<E extends Exception> {
    String of(String text) throws E;
  }

  /**
   * Replaces what the source holds and makes it live, or changes nothing.
   *
   * @param edit makes the new text of the one that is there
   */
  public <E extends Exception> Outcome write(Edit<E> edit, Wish wish)
      throws E, InterruptedException {
    door.lock();
    try {
      String readOnly = readOnly();
      if (readOnly != null) {
        return new Outcome.ReadOnly(readOnly);
      }
      if (closed) {
        return new Outcome.Unavailable("the gateway is stopping");
      }
      Stored before = current;
      if (before == null) {
        return new Outcome.Unavailable("the source could not be had since the start");
      }
      String there = opened(before).document();
      if (wish.expected() != null && !wish.expected().equals(tag(there))) {
        return new Outcome.Stale(tag(there));
      }
      Pending waits = confirmation.pending();
      return waits == null || wish.dryRun()
          ? replace(before, edit.of(there), wish)
          : new Outcome.Waiting(waits);
    } finally {
      door.unlock();
    }
  }

  private Outcome replace(Stored before, String text, Wish wish) throws InterruptedException {
    DocumentStore to = Objects.requireNonNull(store);
    LoadedConfig loaded = documents.readWith(new Sourced(to.name(), text));
    List<Problem> problems = Gateway.check(loaded);
    List<Problem> all = all(loaded, problems);
    if (loaded.config() == null || hasErrors(all)) {
      return new Outcome.Invalid(all);
    }
    if (wish.dryRun()) {
      return new Outcome.Good(loaded, all);
    }
    try {
      Envelope envelope = new Envelope(wish.author(), wish.message(), text);
      Stored written = to.write(envelope.text(), before.revision());
      take(written);
      Cause cause = new Cause(wish.author(), wish.message(), to.name());
      return switch (publisher.apply(loaded, cause)) {
        case ApplyResult.Applied applied -> done(before, applied, loaded.hash(), wish);
        case ApplyResult.Unchanged same ->
            new Outcome.Done(same.number(), loaded.hash(), tag(text), all);
        case ApplyResult.Rejected rejected -> {
          take(to.write(previous(before), written.revision()));
          yield new Outcome.Invalid(rejected.problems());
        }
      };
    } catch (Conflict _) {
      return conflict();
    } catch (IOException e) {
      return new Outcome.Unavailable(String.valueOf(e.getMessage()));
    }
  }

  private Outcome done(Stored before, ApplyResult.Applied applied, String hash, Wish wish)
      throws IOException {
    String tag = tag(opened(Objects.requireNonNull(current)).document());
    awaitConfirmation(applied.number(), tag, opened(before).document(), wish);
    return new Outcome.Done(applied.number(), hash, tag, applied.warnings());
  }

  private void awaitConfirmation(
      long number, @Nullable String tag, @Nullable String before, Wish wish) throws IOException {
    if (wish.confirmWithin() != null) {
      Instant until = clock.instant().plus(wish.confirmWithin());
      confirmation.begin(new Pending(number, until, tag, before), this::takeBack);
    }
  }

  /** Another gateway wrote first; its change is on its way here. */
  private Outcome conflict() {
    try {
      storeChanged();
    } catch (IOException e) {
      return new Outcome.Unavailable(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Outcome.Stale(tag(opened(Objects.requireNonNull(current)).document()));
  }

  private static String previous(Stored before) {
    return before.document() == null ? "" : before.document();
  }

  private static List<Problem> all(LoadedConfig loaded, List<Problem> compiled) {
    Set<Problem> all = new LinkedHashSet<>(loaded.problems());
    all.addAll(compiled);
    return List.copyOf(all);
  }

  private static boolean hasErrors(List<Problem> problems) {
    return problems.stream().anyMatch(p -> p.severity() == Problem.Severity.ERROR);
  }

  // ---- going back ----

  /**
   * Makes a version of the history live again. With a source that can be written it is what the
   * source held then that comes back, with the files as they are now; without, the whole version is
   * live until the files change.
   *
   * @param written what was written of it
   */
  public Outcome rollback(Version version, Written written, Wish wish) throws InterruptedException {
    door.lock();
    try {
      if (store == null) {
        return toVersion(version, written, wish);
      }
      String held = written.sourced();
      if (held == null) {
        return new Outcome.ReadOnly(
            "version " + version.number() + " was not live with the source " + store.name());
      }
      if (!wish.dryRun()) {
        confirmation.end(); // going back settles what waits
      }
      return write(_ -> held, wish);
    } finally {
      door.unlock();
    }
  }

  private Outcome toVersion(Version version, Written written, Wish wish) {
    Path folder = documents.read().folder();
    LoadedConfig loaded = documents.readVersion("version " + version.number(), written, folder);
    List<Problem> all = all(loaded, Gateway.check(loaded));
    if (loaded.config() == null || hasErrors(all)) {
      return new Outcome.Invalid(all);
    }
    if (wish.dryRun()) {
      return new Outcome.Good(loaded, all);
    }
    confirmation.end();
    Cause cause = new Cause(wish.author(), wish.message(), "history");
    try {
      return switch (publisher.applyFromHistory(loaded, cause)) {
        case ApplyResult.Applied applied -> {
          awaitConfirmation(applied.number(), null, null, wish);
          yield new Outcome.Done(applied.number(), loaded.hash(), null, applied.warnings());
        }
        case ApplyResult.Unchanged same ->
            new Outcome.Done(same.number(), loaded.hash(), null, all);
        case ApplyResult.Rejected rejected -> new Outcome.Invalid(rejected.problems());
      };
    } catch (IOException e) {
      return new Outcome.Unavailable(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Confirms the change that waits.
   *
   * @return false when this one does not
   */
  public boolean confirm(long number) {
    door.lock();
    try {
      Pending waits = confirmation.pending();
      if (waits == null || waits.number() != number) {
        return false;
      }
      confirmation.end();
      LOG.info("version {} is confirmed", number);
      return true;
    } finally {
      door.unlock();
    }
  }

  /** The time of the change that waits is over. */
  private void takeBack(Pending over) {
    door.lock();
    try {
      Pending waits = confirmation.pending();
      if (closed || waits == null || !waits.equals(over)) {
        return;
      }
      String why = "version " + waits.number() + " was not confirmed in time";
      LOG.warn("{} and is taken back", why);
      confirmation.end();
      String before = waits.before();
      if (before == null) {
        publisher.apply(documents.read(), new Cause("not-confirmed", why, Cause.FILES));
        return;
      }
      Outcome outcome =
          write(_ -> before, new Wish("not-confirmed", why, waits.tag(), false, null));
      switch (outcome) {
        case Outcome.Done done -> LOG.info("version {} is what was live before", done.number());
        case Outcome.Unavailable unavailable -> {
          LOG.error("{}, and that is tried again: {}", why, unavailable.why());
          Instant later = clock.instant().plus(AGAIN);
          Pending again = new Pending(waits.number(), later, waits.tag(), before);
          confirmation.begin(again, this::takeBack);
        }
        default -> LOG.error("{}, but it is not taken back: {}", why, outcome);
      }
    } catch (IOException e) {
      LOG.error("what was not confirmed can not be taken back: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      door.unlock();
    }
  }

  /** Waits for the change that is under way; none begins any more. */
  @Override
  public void close() {
    door.lock();
    try {
      closed = true;
      confirmation.close();
    } finally {
      door.unlock();
    }
  }
}
