package dev.yumen.dataplane.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Priority;
import dev.yumen.config.OverloadConfig;
import java.time.Duration;
import java.util.DoubleSummaryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PressureTest {
  private static final double QUARTER = 0.25;
  private static final OverloadConfig CPU = new OverloadConfig(0.8, null);
  private static final OverloadConfig BOTH = new OverloadConfig(0.8, Duration.ofMillis(50));

  private static Load cpu(double share) {
    return new Load(share, 0, 0);
  }

  private static Load delay(double millis) {
    return new Load(0, millis * 1e6, 0);
  }

  private static double after(Pressure pressure, Load load, double seconds) {
    double value = 0;
    for (double time = 0; time < seconds; time += QUARTER) {
      value = pressure.take(load, QUARTER);
    }
    return value;
  }

  private static double served(double pressure) {
    double served = 0;
    for (Priority priority : Priority.values()) {
      served += (1 - Pressure.share(pressure, priority)) / Priority.values().length;
    }
    return served;
  }

  /** As much work comes as this many gateways could do, a quarter of it of each priority. */
  @ParameterizedTest
  @ValueSource(doubles = {0.9, 1.2, 1.5, 2, 3})
  void itSettlesWhereTheThresholdIsKept(double offered) {
    Pressure pressure = new Pressure(CPU, 0);
    DoubleSummaryStatistics used = new DoubleSummaryStatistics();
    DoubleSummaryStatistics values = new DoubleSummaryStatistics();
    double value = 0;
    for (double time = 0; time < 180; time += QUARTER) {
      double share = Math.min(1, offered * served(value));
      value = pressure.take(cpu(share), QUARTER);
      if (time >= 60) {
        used.accept(share);
        values.accept(value);
      }
    }
    assertTrue(used.getMax() < 0.83 && used.getMin() > 0.72, offered + ": " + used);
    assertTrue(values.getMax() - values.getMin() < 0.05, offered + ": " + values);
  }

  @Test
  void loadThatIsBorneMovesNothing() {
    assertEquals(0, after(new Pressure(BOTH, 0), new Load(0.8, 50e6, 0), 60));
  }

  @Test
  void aQuarterOfASecondAloneMovesNothing() {
    Pressure pressure = new Pressure(BOTH, 0);
    assertEquals(0, pressure.take(delay(5_000), QUARTER));
    assertEquals(0, after(pressure, delay(0), 1));
  }

  @Test
  void itRisesFasterTheMoreAThresholdIsExceeded() {
    double little = after(new Pressure(BOTH, 0), delay(55), 4);
    double more = after(new Pressure(BOTH, 0), delay(80), 4);
    double most = after(new Pressure(BOTH, 0), delay(100), 4);
    assertTrue(0 < little && little < more && more < most, little + " " + more + " " + most);
    assertEquals(most, after(new Pressure(BOTH, 0), delay(10_000), 4));
    assertEquals(1, after(new Pressure(CPU, 0), cpu(1), 7));
  }

  @Test
  void itFallsSlowerThanItRises() {
    Pressure pressure = new Pressure(CPU, 1);
    double value = after(pressure, cpu(0), 6);
    assertTrue(value > 0.7 && value < 0.8, "" + value);
    assertEquals(0, after(pressure, cpu(0), 20));
    assertTrue(after(new Pressure(CPU, 1), cpu(0.7), 20) > 0.6);
  }

  @Test
  void theWorseOfTwoMeasuresCounts() {
    double both = after(new Pressure(BOTH, 0.5), new Load(0.1, 80e6, 0), 4);
    assertEquals(after(new Pressure(BOTH, 0.5), delay(80), 4), both);
    assertTrue(both > 0.5);
  }

  @Test
  void whatIsNotSetDoesNotCount() {
    assertEquals(0, after(new Pressure(CPU, 0), delay(10_000), 10));
    OverloadConfig onlyDelay = new OverloadConfig(null, Duration.ofMillis(50));
    assertEquals(0, after(new Pressure(onlyDelay, 0), cpu(1), 10));
  }

  @Test
  void aClockThatJumpsMovesItLittle() {
    Pressure pressure = new Pressure(CPU, 0.5);
    after(pressure, cpu(1), 2);
    double before = pressure.take(cpu(1), 0);
    assertEquals(before, pressure.take(cpu(1), -3_600));
    assertTrue(pressure.take(cpu(1), 86_400) <= before + 0.1);
  }

  @Test
  void levelsAreTurnedAwayOneAfterTheOther() {
    for (double value = 0; value <= 1; value += 0.001) {
      double low = Pressure.share(value, Priority.LOW);
      double normal = Pressure.share(value, Priority.NORMAL);
      double high = Pressure.share(value, Priority.HIGH);
      assertTrue(normal == 0 || low == 1, "normal before all of low at " + value);
      assertTrue(high == 0 || normal == 1, "high before all of normal at " + value);
      assertEquals(0, Pressure.share(value, Priority.CRITICAL));
    }
    assertEquals(1, Pressure.share(1, Priority.HIGH));
    assertEquals(0.5, Pressure.share(0.5, Priority.NORMAL), 1e-9);
  }
}
