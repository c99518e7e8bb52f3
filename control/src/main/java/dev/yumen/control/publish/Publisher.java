package dev.yumen.control.publish;

import dev.yumen.api.InputFile;
import dev.yumen.config.AcmeDomain;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.Problem.Severity;
import dev.yumen.control.publish.ReloadStatus.Live;
import dev.yumen.control.publish.ReloadStatus.Origin;
import dev.yumen.control.publish.ReloadStatus.Rejection;
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
public final class Publisher {
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

  private @Nullable GatewayConfig liveConfig;
  private Map<AcmeDomain, InputFile> liveIssued = Map.of();
  private volatile ReloadStatus status = new ReloadStatus(null, null);

  /** What takes configurations: the data plane. */
  public interface Target {

    /**
     * Makes it live, or changes nothing.
     *
     * @param loaded with a configuration
     * @return what was found while it was compiled; not live when one is an ERROR
     */
    List<Problem> apply(LoadedConfig loaded);
  }

  /** What keeps configurations that became live. */
  public interface Keeper {

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
      status = new ReloadStatus(live, null);
      LOG.info("configuration unchanged; number {} stays live", live.number());
      return new ApplyResult.Unchanged(live.number());
    }
    List<Problem> problems = new ArrayList<>(loaded.problems());
    if (loaded.config() != null && loaded.positions().isEmpty()) {
      problems.add(new Problem(Severity.ERROR, null, "", NOTHING));
    } else if (loaded.config() != null) {
      problems.addAll(compile(loaded));
    }
    problems.forEach(Publisher::log);
    boolean refused =
        loaded.config() == null
            || problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    if (refused) {
      return rejected(loaded, problems, cause);
    }
    return applied(loaded, problems, origin, cause);
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
        && loaded.config().equals(liveConfig)
        && loaded.issued().equals(liveIssued);
  }

  private List<Problem> compile(LoadedConfig loaded) {
    try {
      return target.apply(loaded);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      LOG.error("a configuration could not be compiled", e);
      String message = "could not be compiled because of a mistake in the gateway; see its log";
      return List.of(new Problem(Severity.ERROR, null, "", message));
    }
  }

  private ApplyResult applied(
      LoadedConfig loaded, List<Problem> warnings, Origin origin, Cause cause) {
    Live before = status.live();
    long number = before == null ? keeper.firstNumber(loaded.hash()) : before.number() + 1;
    Instant now = clock.instant();
    liveConfig = loaded.config();
    liveIssued = loaded.issued();
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("by", cause.author());
    what.put("number", number);
    what.put("config", loaded.hash());
    what.put("origin", ReloadStatus.name(origin));
    what.put("routes", liveConfig == null ? 0 : liveConfig.routes().size());
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
        counted(liveConfig == null ? 0 : liveConfig.routes().size(), "route"),
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
