package dev.yumen.acme;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.AcmeDomain;
import dev.yumen.config.AcmeStorage;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.dataplane.observe.AcmeMetrics;
import dev.yumen.dataplane.observe.AcmeMetrics.Outcome;
import dev.yumen.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One step after another, by a clock that is moved by hand. */
@SuppressWarnings("NullAway.Init") // set by keeper
class KeeperTest {
  private static final String DOMAIN = "a.example.com";

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final FakeAuthority authority = new FakeAuthority(clock);
  private CertificateStore store;
  private Path file;
  private Keeper keeper;

  @BeforeEach
  void keeper() {
    String yaml =
        """
        acme: {agree-to-terms: true, storage: kept}
        listeners: {https: {address: '127.0.0.1:0', tls: {acme: a.example.com}}}
        """;
    LoadedConfig loaded = new ConfigReader(Map.of(), Map.of()).readText("y.yaml", yaml, folder);
    GatewayConfig config = Objects.requireNonNull(loaded.config());
    AcmeStorage storage = AcmeStorage.of(config, config.acme().getFirst(), folder);
    file = storage.certificate(DOMAIN);
    store = new CertificateStore(storage);
    keeper = another();
  }

  private Keeper another() {
    Keeper.Surroundings around =
        new Keeper.Surroundings(
            "the test's authority", authority, store, new Semaphore(1), new AcmeMetrics(), clock);
    return new Keeper(new AcmeDomain("default", DOMAIN), around, new Plan(new Random(7)));
  }

  /** Lets it do all that there is to do for this time. */
  private void live(Duration time) throws InterruptedException {
    Instant end = clock.instant().plus(time);
    Instant next = keeper.step();
    while (!next.isAfter(end)) {
      if (next.isAfter(clock.instant())) {
        clock.advance(Duration.between(clock.instant(), next));
      }
      next = keeper.step();
    }
    clock.advance(Duration.between(clock.instant(), end));
  }

  private Instant expiry() throws IOException {
    CertificateStore.Stored.Good good =
        assertInstanceOf(CertificateStore.Stored.Good.class, store.read(DOMAIN));
    return good.certificate().notAfter();
  }

  @Test
  void firstCertificateIsOrderedAtOnceAndKept() throws Exception {
    live(Duration.ofSeconds(1));
    assertEquals(1, authority.orders);
    assertTrue(expiry().isAfter(clock.instant()));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void certificateOfNinetyDaysIsRenewedAboutEverySixty() throws Exception {
    live(Duration.ofDays(350));
    assertEquals(7, authority.orders);
    assertTrue(expiry().isAfter(clock.instant().plus(Duration.ofDays(25))));
  }

  @Test
  void restartOrdersNothingWhileTheStoredOneIsGood() throws Exception {
    live(Duration.ofDays(1));
    keeper = another();
    live(Duration.ofDays(1));
    assertEquals(1, authority.orders);
  }

  @Test
  void failedRenewalKeepsTheOldOneAndTriesAgain() throws Exception {
    live(Duration.ofDays(1));
    Instant first = expiry();
    authority.failure = new OrderFailed(Outcome.FAILED, "no");
    live(Duration.ofDays(70));
    assertEquals(first, expiry());
    int tries = authority.orders;
    assertTrue(tries > 40 && tries < 80, tries + " tries");
    authority.failure = null;
    live(Duration.ofHours(7));
    assertTrue(expiry().isAfter(first));
  }

  @Test
  void fiveAttemptsAtMostAreMadeInAnHour() throws Exception {
    authority.failure = new OrderFailed(Outcome.FAILED, "no");
    live(Duration.ofHours(1));
    assertEquals(5, authority.orders);
  }

  @Test
  void rateLimitIsKept() throws Exception {
    Instant later = clock.instant().plus(Duration.ofHours(40));
    authority.failure = new OrderFailed(Outcome.RATE_LIMITED, "too many", later);
    live(Duration.ofHours(39));
    assertEquals(1, authority.orders);
  }

  @Test
  void damagedFileIsKeptAsideAndReplaced() throws Exception {
    live(Duration.ofDays(1));
    Files.writeString(file, "no PEM");
    live(Duration.ofHours(1));
    assertEquals(2, authority.orders);
    assertTrue(expiry().isAfter(clock.instant()));
    try (Stream<Path> files = Files.list(file.getParent())) {
      Path aside =
          files.filter(each -> each.toString().contains(".damaged-")).findFirst().orElseThrow();
      assertEquals("no PEM", Files.readString(aside));
    }
  }

  @Test
  void certificateForAnotherNameIsNotTaken() throws Exception {
    authority.otherName = "b.example.com";
    live(Duration.ofMinutes(1));
    assertFalse(Files.exists(file));
    assertEquals(1, authority.orders);
  }

  @Test
  void whatAnotherGatewayStoredIsTaken() throws Exception {
    CertificateStore.Lock lock = store.lock(DOMAIN);
    assertNotNull(lock);
    live(Duration.ofMinutes(1));
    assertEquals(0, authority.orders);
    store.write(DOMAIN, FakeAuthority.certificate(DOMAIN, clock.instant()));
    byte[] stored = Files.readAllBytes(file);
    lock.close();
    live(Duration.ofDays(1));
    assertEquals(0, authority.orders);
    assertArrayEquals(stored, Files.readAllBytes(file));
  }

  @Test
  void lockIsGivenBackAfterAnOrder() throws Exception {
    live(Duration.ofSeconds(1));
    CertificateStore.Lock lock = store.lock(DOMAIN);
    assertNotNull(lock);
    lock.close();
  }

  @Test
  void authoritysOwnTimeOfRenewalIsKept() throws Exception {
    live(Duration.ofDays(1));
    Instant start = clock.instant().plus(Duration.ofDays(10));
    authority.window = new Authority.Window(start, start.plus(Duration.ofDays(1)));
    live(Duration.ofDays(9));
    assertEquals(1, authority.orders);
    live(Duration.ofDays(16)); // never before a quarter of its time
    assertEquals(2, authority.orders);
  }

  @Test
  void storageThatCanNotBeWrittenMakesNoOrder() throws Exception {
    Files.writeString(folder.resolve("kept"), "in the way");
    live(Duration.ofMinutes(5));
    assertEquals(0, authority.orders);
  }

  @Test
  void clockThatIsWrongMakesNoFloodOfOrders() throws Exception {
    ManualClock right = new ManualClock(clock.instant().minus(Duration.ofDays(100)));
    FakeAuthority other = new FakeAuthority(right);
    Keeper.Surroundings around =
        new Keeper.Surroundings(
            "another one", other, store, new Semaphore(1), new AcmeMetrics(), clock);
    keeper = new Keeper(new AcmeDomain("default", DOMAIN), around, new Plan(new Random(7)));
    live(Duration.ofDays(10));
    assertEquals(1, other.orders);
  }
}
