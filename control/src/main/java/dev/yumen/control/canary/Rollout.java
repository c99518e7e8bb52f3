package dev.yumen.control.canary;

import dev.yumen.api.Canary;
import dev.yumen.api.Canary.Stage;
import dev.yumen.api.Canary.Version;
import dev.yumen.config.Durations;
import dev.yumen.control.canary.Decision.Kind;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.canary.Tally;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One canary on its way: looks at its counts from time to time and moves the share. Thread-safe.
 */
final class Rollout {
  /** A look that comes later than this was held up, or the clock was set. */
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

  private final CanaryTraffic traffic;
  private final Canary.Rules rules;
  private final List<Decision> decisions = new ArrayList<>();
  private Comparison comparison;
  private Tally seenStable = Tally.none();
  private Tally seenCandidate = Tally.none();
  private Stage stage = Stage.STEP;
  private int step;
  private Duration elapsed = Duration.ZERO;
  private Instant since;
  private Instant looked;
  private long requests;
  private boolean changed;

  /**
   * @param known how far it had come before; null when nothing is known of these rules
   * @throws IllegalArgumentException when what is known can not be
   */
  Rollout(CanaryTraffic traffic, Instant now, @Nullable Progress known) {
    this.traffic = traffic;
    this.rules = traffic.rules();
    this.looked = now;
    if (known == null) {
      this.comparison = new Comparison(rules);
      this.since = now;
      Reason reason = Reason.of(Reason.About.BEGUN);
      decisions.add(new Decision(now.toString(), Kind.START, stage, weight(), reason));
    } else {
      if (known.step() < 0 || known.step() >= rules.steps().size() || known.decisions().isEmpty()) {
        throw new IllegalArgumentException("step " + known.step());
      }
      this.comparison = new Comparison(rules, known);
      this.since = Instant.parse(known.since());
      this.stage = known.stage();
      this.step = known.step();
      this.elapsed = Duration.ofMillis(known.elapsedMillis());
      this.requests = known.requests();
      decisions.addAll(known.decisions());
    }
    traffic.steer(stage, weight());
  }

  /** Names the rules, so that other ones begin anew. */
  static String definition(Canary.Rules rules) {
    return UUID.nameUUIDFromBytes(rules.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }

  CanaryTraffic traffic() {
    return traffic;
  }

  private double weight() {
    return switch (stage) {
      case STEP, PAUSED -> rules.steps().get(step);
      case PROMOTED -> 100;
      case ROLLED_BACK -> 0;
    };
  }

  private boolean over() {
    return stage == Stage.PROMOTED || stage == Stage.ROLLED_BACK;
  }

  // ---- by itself ----

  /**
   * Looks at what both versions did since the last time.
   *
   * @return what was decided; null when nothing was
   */
  synchronized @Nullable Decision look(Instant now) {
    Duration passed = Duration.between(looked, now);
    looked = now;
    Tally stable = traffic.tally(Version.STABLE);
    Tally candidate = traffic.tally(Version.CANDIDATE);
    Tally moreStable = stable.since(seenStable);
    Tally moreCandidate = candidate.since(seenCandidate);
    seenStable = stable;
    seenCandidate = candidate;
    if (over()) {
      return null;
    }
    changed |= moreStable.requests() + moreCandidate.requests() > 0;
    requests += moreCandidate.requests();
    comparison.add(moreStable, moreCandidate);
    if (stage == Stage.STEP && !passed.isNegative()) {
      elapsed = elapsed.plus(passed.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : passed);
    }
    return judge(now);
  }

  private @Nullable Decision judge(Instant now) {
    Reason objection = comparison.objection();
    if (objection != null) {
      return decide(now, Kind.ROLLBACK, Stage.ROLLED_BACK, objection);
    }
    if (stage != Stage.STEP || waitsFor() != null) {
      return null;
    }
    if (step + 1 == rules.steps().size()) {
      return decide(now, Kind.PROMOTE, Stage.PROMOTED, Reason.of(Reason.About.ALL_DONE));
    }
    Reason done = Reason.of(Reason.About.STEP_DONE, Texts.number(weight()));
    step++;
    return decide(now, Kind.STEP, Stage.STEP, done);
  }

  /** What keeps it from the next step; null when nothing does. */
  private @Nullable Reason waitsFor() {
    if (elapsed.compareTo(rules.pause()) < 0) {
      Duration left = rules.pause().minus(elapsed).plusMillis(999);
      return Reason.of(Reason.About.WAITS, Durations.text(Duration.ofSeconds(left.toSeconds())));
    }
    if (requests < rules.minimumRequests()) {
      return Reason.of(
          Reason.About.FEW_REQUESTS,
          Long.toString(requests),
          Long.toString(rules.minimumRequests()));
    }
    if (comparison.looksWorse()) {
      return Reason.of(
          Reason.About.LOOKS_WORSE,
          String.format(Locale.ROOT, "%.2f", comparison.increase()),
          Texts.number(rules.maxErrorIncrease()));
    }
    return null;
  }

  private Decision decide(Instant now, Kind kind, Stage to, Reason reason) {
    stage = to;
    since = now;
    if (kind != Kind.PAUSE && kind != Kind.RESUME) {
      elapsed = Duration.ZERO;
      requests = 0;
    }
    changed = true;
    traffic.steer(stage, weight());
    Decision decision = new Decision(now.toString(), kind, stage, weight(), reason);
    decisions.add(decision);
    if (decisions.size() > Progress.MOST_DECISIONS) {
      decisions.removeFirst();
    }
    return decision;
  }

  // ---- by hand ----

  /**
   * Does what somebody says.
   *
   * @param kind none of those that only happen by themselves
   * @param by who says so
   * @return null when that can not be done in this stage
   */
  synchronized @Nullable Decision command(Instant now, Kind kind, String by) {
    Reason reason = Reason.of(Reason.About.BY_HAND, by);
    return switch (kind) {
      case PAUSE -> stage == Stage.STEP ? decide(now, kind, Stage.PAUSED, reason) : null;
      case RESUME -> stage == Stage.PAUSED ? decide(now, kind, Stage.STEP, reason) : null;
      case PROMOTE -> stage == Stage.PROMOTED ? null : decide(now, kind, Stage.PROMOTED, reason);
      case ROLLBACK ->
          stage == Stage.ROLLED_BACK ? null : decide(now, kind, Stage.ROLLED_BACK, reason);
      case RESTART -> {
        comparison = new Comparison(rules);
        seenStable = traffic.tally(Version.STABLE);
        seenCandidate = traffic.tally(Version.CANDIDATE);
        step = 0;
        yield decide(now, kind, Stage.STEP, reason);
      }
      case START, STEP -> null;
    };
  }

  // ---- told ----

  /** How far it has come, if that is not what was told last. */
  synchronized @Nullable Progress changedProgress() {
    if (!changed) {
      return null;
    }
    changed = false;
    return new Progress(
        definition(rules),
        stage,
        step,
        elapsed.toMillis(),
        since.toString(),
        requests,
        comparison.failed(),
        comparison.difference(),
        comparison.errors(),
        comparison.slow(),
        comparison.latency(),
        decisions);
  }

  synchronized Standing standing() {
    Reason waits = stage == Stage.STEP ? waitsFor() : null;
    return new Standing(
        traffic.route(),
        rules,
        stage,
        weight(),
        step + 1,
        since.toString(),
        comparison.stable(),
        comparison.candidate(),
        comparison.bounds(),
        comparison.errorEvidence(),
        comparison.latencyEvidence(),
        comparison.needed(),
        waits == null ? decisions.getLast().reason() : waits,
        decisions);
  }
}
