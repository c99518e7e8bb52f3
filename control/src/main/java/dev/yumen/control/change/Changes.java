package dev.yumen.control.change;

import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.Sourced;
import dev.yumen.control.change.Confirmation.Pending;
import dev.yumen.control.change.Held.Revision;
import dev.yumen.control.change.Outcome.Step;
import dev.yumen.control.history.Version;
import dev.yumen.control.history.Written;
import dev.yumen.control.publish.ApplyResult;
import dev.yumen.control.publish.Cause;
import dev.yumen.control.publish.Publisher;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.DocumentStore.Conflict;
import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.PreparedConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
  private final @Nullable Held held;
  private final Confirmation confirmation;
  private final InstantSource clock;
  private final ReentrantLock door = new ReentrantLock();

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
    this.held = store == null ? null : new Held(store, documents);
    this.clock = clock;
    this.confirmation = new Confirmation(state.resolve("unconfirmed.json"), clock);
  }

  /**
   * Begins with what is live.
   *
   * @param stored what the store holds of it; null when it could not be had, or there is none
   */
  public void begin(@Nullable Stored stored) {
    door.lock();
    try {
      if (held != null && stored != null) {
        held.take(stored);
      }
      confirmation.resume(this::takeBack);
    } finally {
      door.unlock();
    }
  }

  /** The change that waits to be confirmed, or null. */
  public @Nullable Pending pending() {
    return confirmation.pending();
  }

  /** The document that a store holds; an empty one when it holds none. */
  public static String text(Stored stored) {
    return Held.opened(stored).document();
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
        publisher.apply(held == null ? loaded : documents.read(), Cause.of(why));
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
    Held from = Objects.requireNonNull(held);
    door.lock();
    try {
      if (closed) {
        throw new IOException("the gateway is stopping");
      }
      Revision next = from.look();
      if (next != null) {
        String said = next.envelope().author();
        String author = said.isEmpty() ? from.name() : said;
        Cause cause = new Cause(author, next.envelope().message(), from.name());
        publisher.apply(documents.read(), cause);
      }
      return Objects.requireNonNull(from.current()).stored();
    } finally {
      door.unlock();
    }
  }

  // ---- what is wished ----

  /** What can be written here, or what is in the files when nothing can; null if unreadable. */
  public @Nullable WritableText text() {
    door.lock();
    try {
      Revision current = held == null ? null : held.current();
      if (current != null) {
        return current.text();
      }
      String files = documents.filesAlone();
      return files == null ? null : new WritableText("config", files);
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
    return held == null ? null : held.with(new Sourced(name, text));
  }

  /** The configuration with another text in the source, as it is written; null if unreadable. */
  public @Nullable String whole(String text) {
    return documents.text(held == null ? null : new Sourced(held.name(), text));
  }

  /** Where the text that can be written lies: {@code files}, or the name of a source. */
  public String where() {
    return held == null ? Cause.FILES : held.name();
  }

  /** Whether there is something that can be written; says why not, or null. */
  public @Nullable String readOnly() {
    if (held == null) {
      return "the configuration is in "
          + documents.main().getFileName()
          + " (expected: change it there, or set source.store to write through this API)";
    }
    return held.writable() ? null : "the source " + held.name() + " is changed where it is kept";
  }

  /** What somebody makes of the text that is there. */
  @FunctionalInterface
  public interface Edit<E extends Exception> {
    Edited of(WritableText there) throws E;
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
      if (held == null || readOnly != null) {
        return new Outcome.ReadOnly(String.valueOf(readOnly));
      }
      if (closed) {
        return new Outcome.Unavailable("the gateway is stopping");
      }
      Revision before = held.current();
      if (before == null) {
        return new Outcome.Unavailable("the source could not be had since the start");
      }
      String expected = wish.expected();
      if (expected != null && !expected.equals(before.text().tag())) {
        return new Outcome.Stale(before.text().tag());
      }
      Pending waits = confirmation.pending();
      return waits == null || wish.dryRun()
          ? replace(held, before, edit.of(before.text()).by(held.name()), wish)
          : new Outcome.Waiting(waits);
    } finally {
      door.unlock();
    }
  }

  private Outcome replace(Held to, Revision before, Sourced wished, Wish wish)
      throws InterruptedException {
    LoadedConfig loaded = to.with(wished);
    Step step = step(loaded);
    if (wish.dryRun() || loaded.config() == null) {
      return judged(step);
    }
    try (PreparedConfig prepared = publisher.prepare(loaded)) {
      List<Problem> all = all(loaded, prepared.problems());
      if (hasErrors(all)) {
        return new Outcome.Invalid(all);
      }
      Revision written = to.write(before, wished, wish);
      Cause cause = new Cause(wish.author(), wish.message(), to.name());
      return switch (publisher.publish(loaded, prepared, cause)) {
        case ApplyResult.Applied applied -> {
          String tag = written.text().tag();
          awaitConfirmation(applied.number(), tag, before.text().text(), wish);
          yield new Outcome.Done(applied.number(), step, tag, applied.warnings());
        }
        case ApplyResult.Unchanged same ->
            new Outcome.Done(same.number(), step, written.text().tag(), all);
        case ApplyResult.Rejected rejected -> {
          to.writeBack(before, written);
          yield new Outcome.Invalid(rejected.problems());
        }
      };
    } catch (Conflict _) {
      return conflict(to);
    } catch (IOException e) {
      return new Outcome.Unavailable(String.valueOf(e.getMessage()));
    }
  }

  /** From what is live now. */
  private Step step(LoadedConfig after) {
    LoadedConfig before = publisher.live();
    return new Step(before == null ? after : before, after);
  }

  /** What would come of it. */
  private static Outcome judged(Step step) {
    LoadedConfig loaded = step.after();
    List<Problem> all = all(loaded, OfflineGateway.check(loaded));
    return loaded.config() == null || hasErrors(all)
        ? new Outcome.Invalid(all)
        : new Outcome.Good(step, all);
  }

  private void awaitConfirmation(
      long number, @Nullable String tag, @Nullable String before, Wish wish) throws IOException {
    if (wish.confirmWithin() != null) {
      Instant until = clock.instant().plus(wish.confirmWithin());
      confirmation.begin(new Pending(number, until, tag, before), this::takeBack);
    }
  }

  /** Another gateway wrote first; its change is on its way here. */
  private Outcome conflict(Held with) {
    try {
      storeChanged();
    } catch (IOException e) {
      return new Outcome.Unavailable(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Outcome.Stale(Objects.requireNonNull(with.current()).text().tag());
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
      if (held == null) {
        return toVersion(version, written, wish);
      }
      String text = written.sourced();
      if (text == null) {
        return new Outcome.ReadOnly(
            "version " + version.number() + " was not live with the source " + held.name());
      }
      if (!wish.dryRun()) {
        confirmation.end(); // going back settles what waits
      }
      return write(_ -> Edited.text(text), wish);
    } finally {
      door.unlock();
    }
  }

  private Outcome toVersion(Version version, Written written, Wish wish) {
    Path folder = documents.read().folder();
    LoadedConfig loaded = documents.readVersion("version " + version.number(), written, folder);
    Step step = step(loaded);
    Outcome judged = judged(step);
    if (wish.dryRun() || !(judged instanceof Outcome.Good(Step _, List<Problem> all))) {
      return judged;
    }
    confirmation.end();
    Cause cause = new Cause(wish.author(), wish.message(), "history");
    try {
      return switch (publisher.applyFromHistory(loaded, cause)) {
        case ApplyResult.Applied applied -> {
          awaitConfirmation(applied.number(), null, null, wish);
          yield new Outcome.Done(applied.number(), step, null, applied.warnings());
        }
        case ApplyResult.Unchanged same -> new Outcome.Done(same.number(), step, null, all);
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
          write(_ -> Edited.text(before), new Wish("not-confirmed", why, waits.tag(), false, null));
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
