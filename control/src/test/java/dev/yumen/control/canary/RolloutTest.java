package dev.yumen.control.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Canary;
import dev.yumen.api.Canary.Result;
import dev.yumen.api.Canary.Stage;
import dev.yumen.api.Canary.Version;
import dev.yumen.control.canary.Decision.Kind;
import dev.yumen.control.canary.Rollouts.Outcome;
import dev.yumen.dataplane.canary.CanaryDesk;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.observe.CanaryMetrics;
import dev.yumen.testkit.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RolloutTest {
  private static final Canary.Rules RULES = rules(1, Duration.ofMinutes(1));

  private final ManualClock clock = new ManualClock();
  private final CanaryTraffic traffic = new CanaryTraffic("r", RULES, CanaryDesk.NONE);
  private final Rollout rollout = new Rollout(traffic, clock.instant(), null);

  @TempDir Path folder;

  private static Canary.Rules rules(double maxErrorIncrease, Duration pause) {
    return new Canary.Rules(
        "", "new", List.of(5.0, 50.0), pause, 100, maxErrorIncrease, null, 0.01, "");
  }

  private void requests(Version version, int answered, int failed) {
    requests(traffic, version, answered, failed);
  }

  private static void requests(CanaryTraffic to, Version version, int answered, int failed) {
    for (int i = 0; i < answered + failed; i++) {
      to.ended(version, i < answered ? Result.ANSWERED : Result.FAILED, 5_000_000);
    }
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      clock.advance(Duration.ofSeconds(1));
      rollout.look(clock.instant());
    }
  }

  private String why() {
    return Texts.in("en").of(rollout.standing().why());
  }

  @Test
  void aStepTakesItsTimeAndItsRequests() {
    assertEquals(5, traffic.weight());
    requests(Version.CANDIDATE, 99, 0);
    requests(Version.STABLE, 1900, 0);
    pass(59);
    assertEquals("the step goes on for another 1s", why());
    pass(1);
    assertEquals(5, traffic.weight());
    assertEquals("99 of the 100 requests that a step takes have ended", why());
    requests(Version.CANDIDATE, 1, 0);
    pass(1);
    assertEquals(50, traffic.weight());
    assertEquals(2, rollout.standing().step());
    requests(Version.CANDIDATE, 100, 0);
    pass(60);
    assertEquals(Stage.PROMOTED, traffic.stage());
    assertEquals(100, traffic.weight());
    assertEquals("all steps are done", why());
  }

  @Test
  void aVersionThatLooksWorseStaysWhereItIs() {
    requests(Version.CANDIDATE, 97, 3);
    requests(Version.STABLE, 1880, 20);
    pass(61);
    assertEquals(5, traffic.weight());
    assertEquals(
        "1.95 percentage points more of the candidate's requests fail (1 allowed), which may be"
            + " chance so far",
        why());
    requests(Version.CANDIDATE, 300, 0);
    requests(Version.STABLE, 5700, 60);
    pass(1);
    assertEquals(50, traffic.weight());
  }

  @Test
  void aVersionThatFailsIsRolledBackBeforeItsTime() {
    requests(Version.CANDIDATE, 0, 10);
    requests(Version.STABLE, 190, 0);
    pass(1);
    assertEquals(Stage.ROLLED_BACK, traffic.stage());
    assertEquals(0, traffic.weight());
    assertTrue(why().startsWith("100.00 % of the candidate's requests fail and 0.00 %"), why());
    pass(600);
    assertEquals(Stage.ROLLED_BACK, traffic.stage());
  }

  @Test
  void moreFailuresThanOfTheOtherAreNoReasonAsLongAsTheyAreAllowed() {
    CanaryTraffic lenient =
        new CanaryTraffic("r", rules(20, Duration.ofMinutes(1)), CanaryDesk.NONE);
    Rollout other = new Rollout(lenient, clock.instant(), null);
    requests(lenient, Version.CANDIDATE, 900, 100);
    requests(lenient, Version.STABLE, 9000, 0);
    clock.advance(Duration.ofSeconds(1));
    assertNull(other.look(clock.instant()));
    assertTrue(other.standing().errorEvidence() > other.standing().needed());
  }

  @Test
  void aPauseHoldsTheStepAndNotTheTest() {
    requests(Version.CANDIDATE, 200, 0);
    requests(Version.STABLE, 3800, 0);
    assertNotNull(rollout.command(clock.instant(), Kind.PAUSE, "olga"));
    assertEquals(Stage.PAUSED, traffic.stage());
    pass(600);
    assertEquals(5, traffic.weight());
    assertEquals("by hand: olga", why());
    assertNull(rollout.command(clock.instant(), Kind.PAUSE, "olga"));
    assertNotNull(rollout.command(clock.instant(), Kind.RESUME, "olga"));
    pass(59);
    assertEquals(5, traffic.weight());
    pass(1);
    assertEquals(50, traffic.weight());
    rollout.command(clock.instant(), Kind.PAUSE, "olga");
    requests(Version.CANDIDATE, 0, 50);
    requests(Version.STABLE, 50, 0);
    pass(1);
    assertEquals(Stage.ROLLED_BACK, traffic.stage());
  }

  @Test
  void peopleMayPromoteAndRollBackAndBeginAnew() {
    rollout.command(clock.instant(), Kind.PROMOTE, "olga");
    assertEquals(100, traffic.weight());
    assertNull(rollout.command(clock.instant(), Kind.PROMOTE, "olga"));
    rollout.command(clock.instant(), Kind.ROLLBACK, "olga");
    assertEquals(0, traffic.weight());
    requests(Version.STABLE, 10, 10);
    rollout.command(clock.instant(), Kind.RESTART, "olga");
    assertEquals(5, traffic.weight());
    pass(1);
    assertEquals(0, rollout.standing().stable().requests(), "what was before is forgotten");
    assertEquals(
        List.of("start", "promote", "rollback", "restart"),
        rollout.standing().decisions().stream().map(each -> each.kind().text()).toList());
  }

  @Test
  void decisionsAreBounded() {
    for (int i = 0; i < 100; i++) {
      rollout.command(clock.instant(), Kind.RESTART, "olga");
    }
    assertEquals(Progress.MOST_DECISIONS, rollout.standing().decisions().size());
  }

  @Test
  void aClockThatIsSetShortensNoStep() {
    requests(Version.CANDIDATE, 200, 0);
    requests(Version.STABLE, 3800, 0);
    clock.advance(Duration.ofDays(1));
    rollout.look(clock.instant());
    clock.advance(Duration.ofDays(-2));
    rollout.look(clock.instant());
    assertEquals(5, traffic.weight());
  }

  @Test
  void everyReasonHasATextInBothLanguages() {
    List<String> gaps = List.of("a", "b", "c", "d", "e");
    for (Reason.About about : Reason.About.values()) {
      for (String language : List.of("en", "zh")) {
        String text = Texts.in(language).of(new Reason(about, gaps));
        assertTrue(!text.contains("{"), text);
      }
    }
  }

  // ---- on disk ----

  /** A life of a process: its canaries, and the one of the route. */
  private record Life(Rollouts rollouts, CanaryTraffic canary, List<String> audited) {}

  private Life process(Canary.Rules rules) {
    Rollouts rollouts = new Rollouts(folder, clock);
    CanaryTraffic canary = new CanaryTraffic("a/b", rules, rollouts);
    List<String> audited = new ArrayList<>();
    rollouts.attach(
        new Rollouts.Surroundings(
            () -> Map.of("a/b", canary),
            (kind, what) -> audited.add(kind + " " + what.get("decision") + " " + what.get("by")),
            new CanaryMetrics()));
    return new Life(rollouts, canary, audited);
  }

  private void minute(Life of) {
    for (int i = 0; i < 61; i++) {
      clock.advance(Duration.ofSeconds(1));
      of.rollouts.look();
    }
  }

  @Test
  void aRestartGoesOnAtTheStepWithWhatIsKnown() {
    Life first = process(RULES);
    requests(first.canary, Version.CANDIDATE, 100, 0);
    requests(first.canary, Version.STABLE, 1890, 10);
    minute(first);
    assertEquals(50, first.canary.weight());
    requests(first.canary, Version.CANDIDATE, 40, 2);
    requests(first.canary, Version.STABLE, 40, 1);
    minute(first); // no goodbye after this: the process is killed

    Life second = process(RULES);
    assertEquals(50, second.canary.weight());
    Standing was = Objects.requireNonNull(first.rollouts.standing("a/b"));
    Standing now = Objects.requireNonNull(second.rollouts.standing("a/b"));
    assertEquals(was.increase(), now.increase());
    assertEquals(was.errorEvidence(), now.errorEvidence());
    assertEquals(was.candidate().requests(), now.candidate().requests());
    assertEquals(was.decisions(), now.decisions());
    requests(second.canary, Version.CANDIDATE, 57, 0);
    minute(second);
    assertEquals(Stage.STEP, second.canary.stage(), "99 of 100 requests");
    requests(second.canary, Version.CANDIDATE, 1, 0);
    requests(second.canary, Version.STABLE, 1, 0);
    minute(second);
    assertEquals(Stage.PROMOTED, second.canary.stage());
    assertEquals(List.of("canary promote canary"), second.audited);
    assertEquals(100, process(RULES).canary.weight());
  }

  @Test
  void otherRulesBeginAnew() {
    Life first = process(RULES);
    assertTrue(first.rollouts.command("a/b", Kind.PROMOTE, "olga") instanceof Outcome.Done);
    assertEquals(List.of("canary promote olga"), first.audited);
    assertEquals(100, process(RULES).canary.weight());
    assertEquals(5, process(rules(2, Duration.ofMinutes(1))).canary.weight());
    assertEquals(100, process(RULES).canary.weight(), "only looked at, as by a check");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"definition\":null}", "\0\0\0", "{\"step\":99}"})
  void aDamagedFileBeginsAnew(String content) throws Exception {
    process(RULES).rollouts.command("a/b", Kind.PROMOTE, "olga");
    try (Stream<Path> files = Files.list(folder)) {
      Path file = files.findFirst().orElseThrow();
      assertEquals("a%2Fb.json", String.valueOf(file.getFileName()));
      Files.writeString(file, content);
    }
    assertEquals(5, process(RULES).canary.weight());
  }

  @Test
  void valuesThatCanNotBeBeginAnew() throws Exception {
    process(RULES).rollouts.command("a/b", Kind.PROMOTE, "olga");
    Path file = folder.resolve("a%2Fb.json");
    Files.writeString(file, Files.readString(file).replace("\"step\":0", "\"step\":7"));
    assertEquals(5, process(RULES).canary.weight());
  }

  @Test
  void aRouteWithoutCanaryIsMissing() {
    assertEquals(
        new Outcome.Missing(), process(RULES).rollouts.command("other", Kind.PAUSE, "olga"));
    assertEquals(
        new Outcome.Unfit(Stage.STEP), process(RULES).rollouts.command("a/b", Kind.RESUME, "x"));
  }
}
