package dev.yumen.control;

import dev.yumen.config.ConfigDocument;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.Problem.Severity;
import dev.yumen.control.admin.AdminApi;
import dev.yumen.control.admin.ExplainResource;
import dev.yumen.control.admin.LiveResources;
import dev.yumen.control.admin.VersionResources;
import dev.yumen.control.publish.LastGood;
import dev.yumen.control.publish.Publisher;
import dev.yumen.control.publish.ReloadStatus;
import dev.yumen.control.source.FileSource;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.redis.RedisOpener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway that follows its configuration files: started with them, or with the last good
 * configuration when they can not be used, and changed when they change.
 */
public final class ManagedGateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ManagedGateway.class);
  private static final Path DEFAULT_STATE = Path.of(".yumen");

  private final Gateway gateway;
  private final Publisher publisher;
  private final FileSource source;

  private ManagedGateway(Gateway gateway, Publisher publisher, FileSource source) {
    this.gateway = gateway;
    this.publisher = publisher;
    this.source = source;
  }

  /**
   * Starts and begins to watch the files.
   *
   * @param main the configuration's file or folder
   * @param live told of each configuration that became live, the first one included
   * @throws NotStarted when neither the named configuration nor the last good one can be used, or a
   *     port can not be had
   */
  public static ManagedGateway start(Path main, ConfigReader reader, Consumer<LoadedConfig> live)
      throws NotStarted {
    return start(main, reader, RedisOpener.NONE, live);
  }

  /**
   * The same, with what opens connections to Redis.
   *
   * @throws NotStarted when neither the named configuration nor the last good one can be used, or a
   *     port can not be had
   */
  public static ManagedGateway start(
      Path main, ConfigReader reader, RedisOpener redis, Consumer<LoadedConfig> live)
      throws NotStarted {
    LoadedConfig named = reader.read(main);
    Started started = startFirst(main, reader, named, redis);
    LoadedConfig first = started.kept() == null ? named : started.kept();
    Kept kept = new Kept(main, reader, first, live);
    Publisher publisher =
        new Publisher(
            started.gateway()::apply,
            started.gateway().metrics(),
            InstantSource.system(),
            kept,
            started.gateway().audit());
    if (started.kept() == null) {
      publisher.started(named);
    } else {
      publisher.startedWithLastGood(started.kept(), named, started.problems());
      live.accept(started.kept());
    }
    started.gateway().describeReloads(() -> publisher.status().json());
    FileSource source = new FileSource(main, reader::read, publisher::apply);
    openAdmin(started.gateway(), publisher, kept, reader, source);
    return new ManagedGateway(started.gateway(), publisher, source.start(named));
  }

  public Gateway gateway() {
    return gateway;
  }

  /** Which configuration is live, and what became of the last one that is not. */
  public ReloadStatus status() {
    return publisher.status();
  }

  /** Reads the files again soon, changed or not; does not wait. */
  public void reload() {
    source.reloadNow();
  }

  /** Stops following the files; the gateway goes on. */
  public void stopFollowing() {
    source.close();
  }

  /** Stops following the files and closes the gateway at once. */
  @Override
  public void close() {
    source.close();
    gateway.close();
  }

  private static void openAdmin(
      Gateway gateway, Publisher publisher, Kept kept, ConfigReader reader, FileSource source)
      throws NotStarted {
    LiveResources live = new LiveResources(gateway, publisher::status, source::reloadNow);
    VersionResources was =
        new VersionResources(
            gateway,
            kept.history(),
            (name, text) -> reader.readText(name, text, gateway.live().folder()));
    try {
      gateway.openAdmin(
          new AdminApi(
              () -> gateway.config().admin(),
              gateway.audit(),
              List.of(live, was, new ExplainResource(gateway))));
    } catch (StartFailure e) {
      gateway.close();
      throw new NotStarted(e.problems());
    }
  }

  /**
   * A gateway that runs.
   *
   * @param kept what it runs with when that is not the named configuration
   * @param problems of the named configuration
   */
  private record Started(Gateway gateway, @Nullable LoadedConfig kept, List<Problem> problems) {}

  private static Started startFirst(
      Path main, ConfigReader reader, LoadedConfig named, RedisOpener redis) throws NotStarted {
    List<Problem> problems = named.config() == null ? Gateway.check(named) : named.problems();
    if (named.config() != null) {
      try {
        return new Started(Gateway.start(named, redis), null, problems);
      } catch (StartFailure e) {
        if (!hasErrors(Gateway.check(named))) {
          throw new NotStarted(e.problems()); // such as a port in use: no other configuration helps
        }
        problems = e.problems();
      }
    }
    LoadedConfig kept = readKept(main, reader, named);
    if (kept == null) {
      throw new NotStarted(problems);
    }
    try {
      return new Started(Gateway.start(kept, redis), kept, problems);
    } catch (StartFailure e) {
      LOG.error("the last good configuration can not be used either: {}", e.problems());
      throw new NotStarted(problems);
    }
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

  /** The configuration is bad or a port can not be had. */
  public static final class NotStarted extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    NotStarted(List<Problem> problems) {
      super("not started");
      this.problems = List.copyOf(problems);
    }

    /** Everything that is wrong, at least one of severity ERROR. */
    public List<Problem> problems() {
      return problems;
    }
  }
}
