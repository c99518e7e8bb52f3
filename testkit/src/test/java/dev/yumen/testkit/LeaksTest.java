package dev.yumen.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaksTest {
  static {
    Leaks.install();
  }

  @Test
  void buffersInUseAreCountedAndALostOneIsReported() {
    long before = Leaks.active(PooledByteBufAllocator.DEFAULT);
    ByteBuf kept = PooledByteBufAllocator.DEFAULT.directBuffer(100_000);
    assertEquals(before + 1, Leaks.active(PooledByteBufAllocator.DEFAULT));
    kept.release();
    assertEquals(before, Leaks.active(PooledByteBufAllocator.DEFAULT));
    Leaks.assertNone();

    lose();
    Eventually.within(
        Duration.ofSeconds(10),
        () -> {
          try {
            Leaks.assertNone();
            return false;
          } catch (AssertionError found) {
            return true;
          }
        });
    assertThrows(AssertionError.class, Leaks::assertNone);
  }

  @SuppressWarnings("CheckReturnValue")
  private static void lose() {
    PooledByteBufAllocator.DEFAULT.directBuffer(16);
  }
}
