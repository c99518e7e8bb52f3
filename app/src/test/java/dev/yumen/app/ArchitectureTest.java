package dev.yumen.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house as ARCHITECTURE.md draws it: who may see whom, and what has no place where. */
class ArchitectureTest {
  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("testkit"))
          .importPackages("dev.yumen");

  /** Every module, and the modules of ours that it may see. */
  private static final Map<String, Set<String>> ARROWS =
      Map.of(
          "api", Set.of(),
          "config", Set.of("api"),
          "dataplane", Set.of("api", "config"),
          "filters", Set.of("api", "config"),
          "control", Set.of("api", "config", "dataplane"),
          "acme", Set.of("api", "config", "dataplane"),
          "redis", Set.of("api", "config", "dataplane"),
          "app", Set.of("api", "config", "dataplane", "filters", "control", "acme", "redis"));

  /** Code here runs on event loops. */
  private static final String[] LOOP_PACKAGES =
      Stream.of(
              "balance",
              "chain",
              "exchange",
              "heads",
              "http1",
              "http2",
              "http3",
              "listener",
              "proxyprotocol",
              "routing",
              "server",
              "stream",
              "tcp",
              "udp")
          .map(name -> "dev.yumen.dataplane." + name + "..")
          .toArray(String[]::new);

  private static final String READS_FILES_ON_A_VIRTUAL_THREAD =
      "dev.yumen.dataplane.exchange.StaticAnswers";

  private static final String BLOCKING_TYPES =
      "java\\.util\\.concurrent\\.(.*Blocking.*|CountDownLatch|Semaphore|CyclicBarrier|Phaser"
          + "|Exchanger|locks\\.(Reentrant.*|StampedLock|Lock|Condition))"
          + "|java\\.nio\\.file\\.Files|java\\.io\\.File.*|java\\.net\\.(Socket|ServerSocket)";

  private static final Map<String, Set<String>> BLOCKING_METHODS =
      Map.of(
          "java.lang.Thread", Set.of("sleep", "join"),
          "java.lang.Object", Set.of("wait"),
          "java.util.concurrent.Future", Set.of("get"),
          "java.util.concurrent.CompletableFuture", Set.of("get", "join"),
          "java.util.concurrent.locks.LockSupport", Set.of("park", "parkNanos", "parkUntil"),
          "io.netty.util.concurrent.Future", Set.of("await", "sync", "get"),
          "io.netty.channel.ChannelFuture", Set.of("await", "sync", "get"),
          "java.net.InetAddress", Set.of("getByName", "getAllByName", "getLocalHost"));

  @Test
  void modulesSeeOnlyWhatIsDrawn() {
    ARROWS.forEach(
        (module, allowed) -> {
          String[] others =
              ARROWS.keySet().stream()
                  .filter(other -> !other.equals(module) && !allowed.contains(other))
                  .map(other -> "dev.yumen." + other + "..")
                  .toArray(String[]::new);
          check(
              noClasses()
                  .that()
                  .resideInAPackage("dev.yumen." + module + "..")
                  .should()
                  .dependOnClassesThat()
                  .resideInAnyPackage(others));
        });
  }

  @Test
  void everyModuleOfOursIsDrawn() {
    List<String> unknown =
        PRODUCTION.stream()
            .map(type -> type.getPackageName().split("\\.", -1)[2])
            .distinct()
            .filter(module -> !ARROWS.containsKey(module))
            .toList();
    if (!unknown.isEmpty()) {
      throw new AssertionError("modules without arrows: " + unknown);
    }
  }

  @Test
  void packagesHaveNoCycles() {
    check(slices().matching("dev.yumen.(**)").should().beFreeOfCycles());
  }

  @Test
  void onlyTheProgramWritesToStandardOutput() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.yumen.app..")
            .should(ACCESS_STANDARD_STREAMS));
  }

  @Test
  void thereIsOneWayToLog() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "io.netty.util.internal.logging.."));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.yumen.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ch.qos.logback.."));
  }

  @Test
  void nobodySleeps() {
    check(noClasses().should().callMethod(Thread.class, "sleep", long.class));
    check(noClasses().should().callMethod(Thread.class, "sleep", Duration.class));
  }

  @Test
  void networkLibraryIsUnknownToTheConfiguration() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.yumen.config..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.."));
  }

  @Test
  void eventLoopsNeverBlock() {
    check(noClasses().that().resideInAnyPackage(LOOP_PACKAGES).should(callBlockingMethods()));
    check(
        noClasses()
            .that()
            .resideInAnyPackage(LOOP_PACKAGES)
            .and()
            .doNotHaveFullyQualifiedName(READS_FILES_ON_A_VIRTUAL_THREAD)
            .should()
            .dependOnClassesThat()
            .haveNameMatching(BLOCKING_TYPES));
  }

  private static ArchCondition<JavaClass> callBlockingMethods() {
    return new ArchCondition<>("call methods that block") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
          String owner = call.getTargetOwner().getFullName();
          boolean blocks = BLOCKING_METHODS.getOrDefault(owner, Set.of()).contains(call.getName());
          events.add(new SimpleConditionEvent(type, blocks, call.getDescription()));
        }
      }
    };
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(PRODUCTION);
  }
}
