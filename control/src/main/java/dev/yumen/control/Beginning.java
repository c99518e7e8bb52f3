package dev.yumen.control;

import dev.yumen.api.UrlPasswords;
import dev.yumen.config.ConfigDocument;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.Problem.Severity;
import dev.yumen.config.SourceConfig;
import dev.yumen.config.Sourced;
import dev.yumen.control.ManagedGateway.NotStarted;
import dev.yumen.control.canary.Rollouts;
import dev.yumen.control.change.Changes;
import dev.yumen.control.change.Documents;
import dev.yumen.control.publish.LastGood;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.GatewaySurroundings;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.redis.RedisOpener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a gateway came to run: with the configuration that is written, files and source, or with the
 * last good one when that can not be used or the source can not be had.
 *
 * @param canaries decides about those of the gateway; does not look at them yet
 * @param named what is written, good or bad
 * @param store where more of it is kept; null when there is none
 * @param held what the store holds; null when it could not be had
 * @param unavailable why it could not
 * @param kept what the gateway runs with when that is not the named configuration
 * @param problems of the named configuration
 */
record Beginning(
    Gateway gateway,
    Rollouts canaries,
    LoadedConfig named,
    @Nullable DocumentStore store,
    @Nullable Stored held,
    @Nullable String unavailable,
    @Nullable LoadedConfig kept,
    List<Problem> problems) {
  private static final Logger LOG = LoggerFactory.getLogger(Beginning.class);
  private static final Path DEFAULT_STATE = Path.of(".yumen");

  /** What the gateway runs with. */
  LoadedConfig live() {
    return kept == null ? named : kept;
  }

  /**
   * Starts a gateway.
   *
   * @throws NotStarted when neither the named configuration nor the last good one can be used
   */
  static Beginning of(Path main, ConfigReader reader, Documents documents, RedisOpener redis)
      throws NotStarted {
    LoadedConfig own = reader.readOwn(main);
    // Files that can not be read do not say where the rest is; what was live last does.
    LoadedConfig lastGood = own.config() == null ? readKept(main, reader, own) : null;
    LoadedConfig naming = own.config() == null ? lastGood : own;
    Source source = naming == null ? Source.NONE : look(naming, documents);
    LoadedConfig named = documents.read();
    try {
      Beginning begun =
          own.config() == null
              ? start(main, named, source, redis, () -> lastGood)
              : start(main, named, source, redis, () -> readKept(main, reader, named));
      begun.gateway().following(naming == null ? null : settings(naming));
      return begun;
    } catch (NotStarted e) {
      if (source.store() != null) {
        source.store().close();
      }
      throw e;
    }
  }

  /** What is known of the source before anything runs, as {@link Beginning} has it. */
  private record Source(
      @Nullable DocumentStore store, @Nullable Stored held, @Nullable String unavailable) {
    static final Source NONE = new Source(null, null, null);
  }

  private static Source look(LoadedConfig naming, Documents documents) throws NotStarted {
    DocumentStore store = open(naming);
    if (store == null) {
      return Source.NONE;
    }
    try {
      Stored held = store.read();
      documents.sourced(new Sourced(store.name(), Changes.text(held)));
      return new Source(store, held, null);
    } catch (IOException e) {
      String why = UrlPasswords.hiddenInText(String.valueOf(e.getMessage()));
      return new Source(store, null, why);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Source(store, null, "interrupted");
    }
  }

  private static @Nullable SourceConfig settings(LoadedConfig loaded) {
    return Objects.requireNonNull(loaded.config()).source();
  }

  private static @Nullable DocumentStore open(LoadedConfig naming) throws NotStarted {
    try {
      return Stores.open(naming);
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      throw new NotStarted(List.of(new Problem(Severity.ERROR, null, "source", why)));
    }
  }

  /**
   * @param lastGood reads the configuration that was kept, if one was
   */
  private static Beginning start(
      Path main,
      LoadedConfig named,
      Source source,
      RedisOpener redis,
      Supplier<@Nullable LoadedConfig> lastGood)
      throws NotStarted {
    List<Problem> problems =
        named.config() == null ? OfflineGateway.check(named) : named.problems();
    if (source.unavailable() != null) {
      problems = List.of(new Problem(Severity.ERROR, null, "source", source.unavailable()));
    } else if (named.config() != null) {
      try {
        Rollouts canaries = canaries(main, named);
        Gateway gateway = Gateway.start(named, surroundings(redis, canaries));
        return new Beginning(
            gateway, canaries, named, source.store(), source.held(), null, null, problems);
      } catch (StartFailure e) {
        if (!hasErrors(OfflineGateway.check(named))) {
          throw new NotStarted(e.problems()); // such as a port in use: no other configuration helps
        }
        problems = e.problems();
      }
    }
    LoadedConfig kept = lastGood.get();
    if (kept == null) {
      throw new NotStarted(problems);
    }
    try {
      Rollouts canaries = canaries(main, kept);
      Gateway gateway = Gateway.start(kept, surroundings(redis, canaries));
      return new Beginning(
          gateway,
          canaries,
          named,
          source.store(),
          source.held(),
          source.unavailable(),
          kept,
          problems);
    } catch (StartFailure e) {
      LOG.error("the last good configuration can not be used either: {}", e.problems());
      throw new NotStarted(problems);
    }
  }

  private static GatewaySurroundings surroundings(RedisOpener redis, Rollouts canaries) {
    return GatewaySurroundings.OF_PROCESS.withRedis(redis).withCanaries(canaries);
  }

  private static Rollouts canaries(Path main, LoadedConfig loaded) {
    Path folder = Kept.state(loaded).resolve("canary").resolve(Kept.ownName(main));
    return new Rollouts(folder, InstantSource.system());
  }

  private static boolean hasErrors(List<Problem> problems) {
    return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
  }

  /** The configuration that was kept for this main file, or null when there is no usable one. */
  private static @Nullable LoadedConfig readKept(
      Path main, ConfigReader reader, LoadedConfig named) {
    ConfigDocument document = reader.document(main);
    Path state = document == null ? null : document.state();
    Path folder = state == null ? named.folder().resolve(DEFAULT_STATE) : state;
    LastGood lastGood = new LastGood(folder, main);
    try {
      Optional<String> text = lastGood.document();
      if (text.isEmpty()) {
        LOG.debug("there is no last good configuration for {} in {}", main, folder);
        return null;
      }
      LoadedConfig kept = reader.readText(LastGood.FILE_NAME, text.get(), named.folder());
      if (kept.config() == null) {
        LOG.error("{} can not be used either: {}", lastGood.file(), kept.problems());
        return null;
      }
      return kept;
    } catch (IOException e) {
      LOG.error("{} can not be read: {}", lastGood.file(), e.toString());
      return null;
    }
  }
}
