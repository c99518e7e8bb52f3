package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long AMOUNT = 100;

  private final LimitTable table = new LimitTable(0, 0, 16);
  private final Limiter limiter =
      new TokenBucket(Terms.of(Algorithm.TOKEN_BUCKET, Rate.parse("10000000/s"), 3L));

  private long take(long key, long at) {
    return limiter.take(table, key, at, 1);
  }

  @Test
  void aBucketGivesItsSizeAndRefillsSteadily() {
    assertEquals(100, take(1, 0));
    assertEquals(200, take(1, 0));
    assertEquals(300, take(1, 0));
    assertEquals(-100, take(1, 0));
    assertEquals(-1, take(1, 99));
    assertEquals(300, take(1, 100));
    assertEquals(-100, take(1, 100));
    assertEquals(100, take(1, 10_000));
  }

  @Test
  void noSpanOfTimeEverSeesMoreThanBurstAndRate() {
    Random random = new Random(7);
    List<Long> admitted = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 20_000; i++) {
      now += random.nextInt(60);
      if (take(1, now) >= 0) {
        admitted.add(now);
      }
    }
    for (int from = 0; from < admitted.size(); from++) {
      int to = Math.min(from + 50, admitted.size() - 1);
      long span = admitted.get(to) - admitted.get(from);
      assertTrue(to - from + 1 <= 3 + span / AMOUNT, "from " + from + " to " + to);
    }
    assertTrue(admitted.size() > now / AMOUNT * 95 / 100, "too few: " + admitted.size());
  }

  @Test
  void aDebtIsPaidBeforeAnythingIsGiven() {
    assertEquals(100, take(1, 0));
    limiter.charge(table, 1, 0, 7);
    assertEquals(0, limiter.left(limiter.level(table, 1, 0)));
    assertEquals(-600, take(1, 0));
    assertEquals(600, limiter.waitFor(table, 1, 0, 1));
    assertEquals(300, take(1, 600));
  }

  @Test
  void whatIsGivenBackMayBeTakenAgain() {
    take(1, 0);
    assertEquals(300, limiter.take(table, 1, 0, 2));
    limiter.charge(table, 1, 0, -2);
    assertEquals(2, limiter.left(limiter.level(table, 1, 0)));
    assertEquals(200, take(1, 0));
  }

  @Test
  void givingBackToACountThatWasForgottenGivesNoMoreThanTheBucketHolds() {
    limiter.charge(table, 1, 0, -3);
    assertEquals(100, take(1, 0));
    assertEquals(-100, limiter.take(table, 1, 0, 3));
  }

  @Test
  void whatIsLeftAndWhenThereIsMoreIsTold() {
    take(1, 0);
    long level = take(1, 0);
    assertEquals(1, limiter.left(level));
    assertEquals(100, limiter.resetIn(level, 0));
    level = limiter.level(table, 1, 30);
    assertEquals(1, limiter.left(level));
    assertEquals(70, limiter.resetIn(level, 30));
  }

  @Test
  void whoComesLaterHasALaterTurn() {
    TokenBucket bucket = (TokenBucket) limiter;
    for (int i = 0; i < 3; i++) {
      assertEquals(0, bucket.turn(bucket.take(table, 1, 0, 1, 250)));
    }
    assertEquals(100, bucket.turn(bucket.take(table, 1, 0, 1, 250)));
    assertEquals(160, bucket.turn(bucket.take(table, 1, 40, 1, 250)));
    assertEquals(-300, bucket.take(table, 1, 0, 1, 250));
    // Nobody gets past those who wait.
    assertEquals(-200, take(1, 100));
  }

  @Test
  void onlyTheLastTurnIsGivenBack() {
    TokenBucket bucket = (TokenBucket) limiter;
    for (int i = 0; i < 3; i++) {
      take(1, 0);
    }
    long first = bucket.take(table, 1, 0, 1, 250);
    long second = bucket.take(table, 1, 0, 1, 250);
    bucket.giveUp(table, 1, first, 1);
    assertEquals(-300, take(1, 0));
    bucket.giveUp(table, 1, second, 1);
    assertEquals(-200, take(1, 0));
  }

  @Test
  void askingTakesNothing() {
    assertEquals(0, limiter.waitFor(table, 1, 0, 3));
    assertEquals(0, table.size());
    take(1, 0);
    assertEquals(100, limiter.waitFor(table, 1, 0, 3));
    assertEquals(200, take(1, 0));
  }
}
