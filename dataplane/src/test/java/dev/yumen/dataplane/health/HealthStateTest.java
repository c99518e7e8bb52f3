package dev.yumen.dataplane.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HealthStateTest {
  private final Health health = new Health(1, 0);

  private Health.Checked check(String failure) {
    health.checked(failure.isEmpty() ? null : failure, 2, 3, 1);
    return health.state().checked();
  }

  @Test
  void oneBadCheckAfterTheStartDecidesNothing() {
    assertEquals(Health.Checked.UNKNOWN, check("bad"));
    assertEquals(Health.Checked.UNKNOWN, check("bad"));
    assertEquals(Health.Checked.UNHEALTHY, check("bad"));
    assertEquals(Health.Checked.UNHEALTHY, check(""));
    assertEquals(Health.Checked.HEALTHY, check(""));
  }

  @Test
  void aGoodCheckEndsTheRow() {
    check("bad");
    check("bad");
    check("");
    check("bad");
    assertEquals(Health.Checked.HEALTHY, check("bad"));
    assertEquals(Health.Checked.UNHEALTHY, check("bad"));
  }

  @Test
  void ejectionsInARowGrowUpToABound() {
    assertEquals(10, health.eject(10, 25, 100));
    assertFalse(health.returnIfDue(109));
    assertTrue(health.returnIfDue(110));
    assertEquals(20, health.eject(10, 25, 111));
    assertTrue(health.returnIfDue(131));
    assertEquals(25, health.eject(10, 25, 132));
  }

  @Test
  void ejectionsFarApartAreNoRow() {
    health.eject(10, 25, 100);
    health.returnIfDue(110);
    assertEquals(10, health.eject(10, 25, 120));
  }

  @Test
  void whatIsOutIsNotEjectedAgain() {
    health.eject(10, 25, 100);
    assertEquals(0, health.eject(10, 25, 105));
  }
}
