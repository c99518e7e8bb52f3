package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SignalsTest {

  @Test
  void handlerIsCalledForEverySignal() throws IOException, InterruptedException {
    AtomicInteger calls = new AtomicInteger();
    assertTrue(Signals.on("WINCH", calls::incrementAndGet));

    String pid = Long.toString(ProcessHandle.current().pid());
    for (int expected = 1; expected <= 2; expected++) {
      assertEquals(0, new ProcessBuilder("kill", "-WINCH", pid).start().waitFor());
      int count = expected;
      Eventually.within(Duration.ofSeconds(10), () -> calls.get() == count);
    }
  }

  @Test
  void unknownSignalIsSaid() {
    assertFalse(Signals.on("NONSENSE", () -> {}));
  }
}
