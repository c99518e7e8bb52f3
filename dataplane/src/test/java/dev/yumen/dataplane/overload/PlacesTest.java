package dev.yumen.dataplane.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private static final int CLIENTS = 20_000;

  private final ManualClock clock = new ManualClock();
  private final Places places = new Places(clock::nanoTime, 17);

  private double shareOfClients(double share) {
    int hit = 0;
    for (int client = 0; client < CLIENTS; client++) {
      hit += places.of(client) < share ? 1 : 0;
    }
    return (double) hit / CLIENTS;
  }

  private double shareOf(int client, double share) {
    int hit = 0;
    for (int i = 0; i < 1_000; i++) {
      hit += places.of(client) < share ? 1 : 0;
    }
    return hit / 1_000.0;
  }

  @Test
  void aShareOfTheClientsIsThatShare() {
    for (double share : new double[] {0, 0.01, 0.1, 0.5, 0.9, 1}) {
      assertEquals(share, shareOfClients(share), 0.02);
    }
  }

  @Test
  void mostClientsAreServedOrTurnedAwayAsAWhole() {
    int whole = 0;
    for (int client = 0; client < 1_000; client++) {
      double hit = shareOf(client, 0.5);
      whole += hit == 0 || hit == 1 ? 1 : 0;
    }
    assertTrue(whole > 740 && whole < 870, whole + " of 1000");
  }

  @Test
  void oneClientCanBeTurnedAwayInPart() {
    int steps = 0;
    for (double share = 0; share < 1; share += 0.01) {
      double hit = shareOf(5, share);
      steps += hit > 0.02 && hit < 0.98 ? 1 : 0;
    }
    assertTrue(steps > 6, steps + " of 100 shares are met in part");
  }

  @Test
  void afterAMinuteItIsOthers() {
    int turns = 0;
    int hit = 0;
    for (; turns < 2_000; turns++) {
      hit += places.of(5) < 0.3 ? 1 : 0;
      clock.advance(Duration.ofMinutes(1));
    }
    assertEquals(0.3, (double) hit / turns, 0.05);
  }

  @Test
  void aClockThatGoesBackKeepsPlacesEven() {
    clock.advance(Duration.ofDays(-400));
    assertEquals(0.3, shareOfClients(0.3), 0.02);
  }
}
