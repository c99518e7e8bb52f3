package dev.yumen.control;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.HiddenSecrets;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.OutsideReferences;
import dev.yumen.config.Problem;
import dev.yumen.control.admin.AdminApi;
import dev.yumen.control.admin.CanaryResources;
import dev.yumen.control.admin.ConfigResources;
import dev.yumen.control.admin.DiagnoseResource;
import dev.yumen.control.admin.ExplainResource;
import dev.yumen.control.admin.LiveResources;
import dev.yumen.control.admin.ObjectResources;
import dev.yumen.control.admin.ProcessResources;
import dev.yumen.control.admin.Program;
import dev.yumen.control.admin.ProgramResources;
import dev.yumen.control.admin.ReplayResource;
import dev.yumen.control.admin.RequestResources;
import dev.yumen.control.admin.SchemaResources;
import dev.yumen.control.admin.SentConfig;
import dev.yumen.control.admin.TrafficResources;
import dev.yumen.control.admin.VersionResources;
import dev.yumen.control.canary.Rollouts;
import dev.yumen.control.change.Changes;
import dev.yumen.control.change.Confirmation.Pending;
import dev.yumen.control.change.Documents;
import dev.yumen.control.publish.Publisher;
import dev.yumen.control.publish.ReloadStatus;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.FileSource;
import dev.yumen.control.source.StoreFollower;
import dev.yumen.control.traffic.TrafficSampler;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.redis.RedisOpener;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that follows its configuration, the files and what a source holds beside them: started
 * with it, or with the last good one when it can not be used, and changed when it changes.
 */
public final class ManagedGateway implements AutoCloseable {
  private final Gateway gateway;
  private final Publisher publisher;
  private final Rollouts canaries;
  private final FileSource files;
  private final Changes changes;
  private final @Nullable StoreFollower follower;
  private final TrafficSampler traffic;
  private volatile @Nullable Program program;

  private ManagedGateway(
      Beginning begun,
      Publisher publisher,
      FileSource files,
      Changes changes,
      @Nullable StoreFollower follower) {
    this.gateway = begun.gateway();
    this.canaries = begun.canaries();
    this.publisher = publisher;
    this.files = files;
    this.changes = changes;
    this.follower = follower;
    this.traffic = TrafficSampler.start(gateway.metrics());
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
    Documents documents = new Documents(main, reader);
    Beginning begun = Beginning.of(main, reader, documents, redis);
    Gateway gateway = begun.gateway();
    Kept kept = new Kept(main, documents, begun.live(), live);
    InstantSource clock = InstantSource.system();
    Publisher publisher =
        new Publisher(gateway::prepare, gateway.metrics(), clock, kept, gateway.audit());
    if (begun.kept() == null) {
      publisher.started(begun.named());
    } else {
      publisher.startedWithLastGood(begun.kept(), begun.named(), begun.problems());
      live.accept(begun.kept());
    }
    ReloadStatus.Live first = publisher.status().live();
    if (first != null) {
      gateway.numbered(first.number());
    }
    Changes changes =
        new Changes(documents, publisher, begun.store(), Kept.state(begun.live()), clock);
    changes.begin(begun.held());
    gateway.describeReloads(() -> publisher.status().json());
    FileSource files = new FileSource(main, _ -> documents.read(), changes::filesChanged);
    StoreFollower follower = follower(begun, changes, clock);
    ManagedGateway managed = new ManagedGateway(begun, publisher, files, changes, follower);
    managed.openAdmin(kept, documents, reader.hiddenSecrets(), reader.outsideReferences());
    managed.canaries.start(
        new Rollouts.Surroundings(gateway::canaries, gateway.audit(), gateway.metrics().canary()));
    files.start(begun.named());
    if (follower != null) {
      follower.start(begun.held(), begun.unavailable());
    }
    return managed;
  }

  private static @Nullable StoreFollower follower(
      Beginning begun, Changes changes, InstantSource clock) {
    DocumentStore store = begun.store();
    if (store == null) {
      return null;
    }
    Metrics metrics = begun.gateway().metrics();
    return new StoreFollower(
        store,
        changes::storeChanged,
        state -> metrics.configSource(store.name(), state.up()),
        clock);
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
    files.reloadNow();
  }

  /** Where the configuration is kept, how that fares, and what waits to be confirmed. */
  private Map<String, Object> source() {
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("writable", changes.readOnly() == null);
    if (follower != null) {
      said.put("source", follower.describe());
    }
    Pending pending = changes.pending();
    if (pending != null) {
      said.put("pending", Map.of("number", pending.number(), "until", pending.until().toString()));
    }
    return said;
  }

  /** Lets the admin API tell the program around the gateway what to do. */
  public void serve(Program around) {
    program = around;
  }

  /** Stops following the files and the source and deciding about canaries; the gateway goes on. */
  public void stopFollowing() {
    files.close();
    if (follower != null) {
      follower.close();
    }
    changes.close();
    publisher.close();
    canaries.close();
  }

  /** Stops following the configuration and closes the gateway at once. */
  @Override
  public void close() {
    stopFollowing();
    traffic.close();
    gateway.close();
  }

  private void openAdmin(
      Kept kept, Documents documents, HiddenSecrets secrets, OutsideReferences references)
      throws NotStarted {
    LiveResources live =
        new LiveResources(gateway, publisher::status, this::source, files::reloadNow);
    SentConfig sent = new SentConfig(gateway, documents, changes, secrets);
    try {
      gateway.openAdmin(
          new AdminApi(
              () -> gateway.config().admin(),
              gateway.audit(),
              gateway.metrics().admin(),
              List.of(
                  live,
                  new VersionResources(gateway, kept.history(), sent),
                  new TrafficResources(gateway, traffic),
                  new ConfigResources(changes, kept.history(), secrets),
                  new ObjectResources(gateway, changes, secrets, sent, references),
                  new SchemaResources(documents::schema),
                  new ProcessResources(gateway.metrics(), gateway.audit()),
                  new ProgramResources(() -> program, gateway.audit()),
                  new ExplainResource(gateway),
                  new DiagnoseResource(gateway),
                  new RequestResources(gateway.recording()),
                  new ReplayResource(gateway, sent),
                  new CanaryResources(gateway, canaries))));
    } catch (StartFailure e) {
      close();
      throw new NotStarted(e.problems());
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
