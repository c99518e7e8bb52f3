package dev.yumen.control.publish;

import dev.yumen.api.InputFile;
import dev.yumen.config.AcmeDomain;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.Problem.Severity;
import dev.yumen.control.publish.ReloadStatus.Live;
import dev.yumen.control.publish.ReloadStatus.Origin;
import dev.yumen.control.publish.ReloadStatus.Rejection;
import dev.yumen.dataplane.PreparedConfig;
import dev.yumen.dataplane.audit.AuditTrail;
import dev.yumen.dataplane.observe.Metrics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a configuration live, whole or not at all, and keeps what came of it: in the log, in the
 * metrics, and as {@link #status} for {@code /ready}.
 *
 * <p>Any thread; one configuration at a time.
 */
public final class Publisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  /** Editors empty a file before they write it. */
  private static final String NOTHING =
      "nothing is set (expected: settings, as an empty file does not replace what is live)";

  private static final Cause START = Cause.of("start");

  private final Target target;
  private final Metrics metrics;
  private final InstantSource clock;
  private final Keeper keeper;
  private final AuditTrail audit;

  private volatile @Nullable LoadedConfig current;
  private Map<AcmeDomain, InputFile> liveIssued = Map.of();
  private volatile ReloadStatus status = new ReloadStatus(null, null);

  /** What takes configurations: the data plane. */
  public interface Target {

    /**
     * Compiles one.
     *
     * @param loaded with a configuration
     */
    PreparedConfig prepare(LoadedConfig loaded);
  }

  /** What keeps configurations that became live. */
  public interface Keeper extends AutoCloseable {

    /** The number of a configuration that is the first to be live in this process. */
    default long firstNumber(String hash) {
      return 1;
    }

    /**
     * Keeps one from the named files, or from the history.
     *
     * @param cause who or what wanted it
     */
    void keep(LoadedConfig loaded, Live live, Cause cause);

    /** Waits until what it was given is kept. */
    @Override
    default void close() {}
  }

  /**
   * @param audit takes note of what became live and what was refused
   */
  public Publisher(
      Target target, Metrics metrics, InstantSource clock, Keeper keeper, AuditTrail audit) {
    this.target = target;
    this.metrics = metrics;
    this.clock = clock;
    this.keeper = keeper;
    this.audit = audit;
  }

  /** Takes note of the configuration that the data plane started with. */
  public synchronized void started(LoadedConfig first) {
    applied(first, first.problems(), Origin.FILES, START);
  }

  /**
   * Takes note of a start with the configuration that was kept, because the named one could not be
   * used.
   *
   * @param problems of the named one, which are logged
   */
  public synchronized void startedWithLastGood(
      LoadedConfig kept, LoadedConfig named, List<Problem> problems) {
    problems.forEach(Publisher::log);
    rejected(named, problems, START);
    applied(kept, kept.problems(), Origin.LAST_GOOD, START);
    LOG.error("STARTED WITH THE LAST GOOD CONFIGURATION, because the named one has errors");
  }

  /**
   * Makes a configuration from the named files live, unless it has errors or is live already.
   *
   * @param cause who or what wants it, for the audit log and the history
   */
  public ApplyResult apply(LoadedConfig loaded, Cause cause) {
    return apply(loaded, Origin.FILES, cause);
  }

  /** The same with one that was live before, while the named files may hold another one. */
  public ApplyResult applyFromHistory(LoadedConfig loaded, Cause cause) {
    return apply(loaded, Origin.HISTORY, cause);
  }

  private synchronized ApplyResult apply(LoadedConfig loaded, Origin origin, Cause cause) {
    Live live = status.live();
    if (live != null && isLive(loaded, live)) {
      return unchanged(live);
    }
    try (PreparedConfig prepared = prepare(loaded)) {
      return publish(loaded, prepared, origin, cause);
    }
  }

  /**
   * Compiles a configuration, without making it live. What is wrong with it is among the problems
   * of what is returned, and is not noted anywhere yet.
   */
  public synchronized PreparedConfig prepare(LoadedConfig loaded) {
    if (loaded.config() == null) {
      return PreparedConfig.refused(List.of());
    }
    if (loaded.positions().isEmpty()) {
      return PreparedConfig.refused(List.of(new Problem(Severity.ERROR, null, "", NOTHING)));
    }
    try {
      return target.prepare(loaded);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return PreparedConfig.refused(List.of(mistake(e)));
    }
  }

  /**
   * Makes a configuration live that was prepared, unless it is live already.
   *
   * @param loaded what was prepared, from the named files
   * @param cause who or what wants it
   */
  public synchronized ApplyResult publish(
      LoadedConfig loaded, PreparedConfig prepared, Cause cause) {
    Live live = status.live();
    return live != null && isLive(loaded, live)
        ? unchanged(live)
        : publish(loaded, prepared, Origin.FILES, cause);
  }

  private ApplyResult publish(
      LoadedConfig loaded, PreparedConfig prepared, Origin origin, Cause cause) {
    List<Problem> problems = new ArrayList<>(loaded.problems());
    problems.addAll(isRefused(prepared.problems()) ? prepared.problems() : published(prepared));
    problems.forEach(Publisher::log);
    return loaded.config() == null || isRefused(problems)
        ? rejected(loaded, problems, cause)
        : applied(loaded, problems, origin, cause);
  }

  private static List<Problem> published(PreparedConfig prepared) {
    try {
      return prepared.publish();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return List.of(mistake(e));
    }
  }

  private static Problem mistake(Throwable e) {
    LOG.error("a configuration could not be compiled", e);
    String message = "could not be compiled because of a mistake in the gateway; see its log";
    return new Problem(Severity.ERROR, null, "", message);
  }

  private static boolean isRefused(List<Problem> problems) {
    return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
  }

  private ApplyResult unchanged(Live live) {
    status = new ReloadStatus(live, null);
    LOG.info("configuration unchanged; number {} stays live", live.number());
    return new ApplyResult.Unchanged(live.number());
  }

  /** The configuration that is live; null before the first. Any thread. */
  public @Nullable LoadedConfig live() {
    return current;
  }

  /** How things stand. Any thread. */
  public ReloadStatus status() {
    return status;
  }

  /** A changed secret file changes the configuration but not the hash; a comment the reverse. */
  private boolean isLive(LoadedConfig loaded, Live live) {
    return live.origin() == Origin.FILES
        && loaded.hash().equals(live.hash())
        && loaded.config() != null
        && current != null
        && loaded.config().equals(current.config())
        && loaded.issued().equals(liveIssued);
  }

  private ApplyResult applied(
      LoadedConfig loaded, List<Problem> warnings, Origin origin, Cause cause) {
    Live before = status.live();
    long number = before == null ? keeper.firstNumber(loaded.hash()) : before.number() + 1;
    Instant now = clock.instant();
    int routes = loaded.config() == null ? 0 : loaded.config().routes().size();
    current = loaded.withoutWritten();
    liveIssued = loaded.issued();
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("by", cause.author());
    what.put("number", number);
    what.put("config", loaded.hash());
    what.put("origin", ReloadStatus.name(origin));
    what.put("routes", routes);
    audit.record("config-applied", what);
    Rejection rejection = origin == Origin.LAST_GOOD ? status.rejected() : null;
    Live live = new Live(number, loaded.hash(), now, origin);
    if (origin != Origin.LAST_GOOD) {
      keeper.keep(loaded, live, cause);
    }
    status = new ReloadStatus(live, rejection);
    metrics.configApplied(number, now);
    LOG.info(
        "configuration {} is live: {}, {}, hash {}",
        number,
        counted(routes, "route"),
        counted(warnings.size(), "warning"),
        loaded.hash());
    return new ApplyResult.Applied(number, List.copyOf(warnings));
  }

  private ApplyResult rejected(LoadedConfig loaded, List<Problem> problems, Cause cause) {
    Live live = status.live();
    List<Problem> all = List.copyOf(problems);
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("by", cause.author());
    what.put("config", loaded.hash());
    what.put("count", all.size());
    what.put("problems", all);
    audit.record("config-refused", what);
    status = new ReloadStatus(live, new Rejection(loaded.hash(), clock.instant(), all));
    metrics.configRejected();
    LOG.error(
        "configuration rejected: {}; {}",
        counted(all.size(), "problem"),
        live == null ? "none is live" : "number " + live.number() + " stays live");
    return new ApplyResult.Rejected(all);
  }

  /** Waits until what became live is kept; nothing may be applied any more. */
  @Override
  public void close() {
    keeper.close();
  }

  private static String counted(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private static void log(Problem problem) {
    switch (problem.severity()) {
      case ERROR -> LOG.error("{}", problem);
      case WARNING -> LOG.warn("{}", problem);
    }
  }
}
