package dev.yumen.dataplane.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendQueueTest {
  private final ArrayDeque<Runnable> turn = new ArrayDeque<>();
  private final SendQueue sends = new SendQueue(turn::add);
  private final List<String> sent = new ArrayList<>();

  private void endTurn() {
    turn.remove().run();
  }

  @Test
  void nothingIsSentBeforeTheTurnEnds() {
    sends.add(() -> sent.add("a"));
    sends.add(() -> sent.add("b"));
    assertEquals(List.of(), sent);
    assertEquals(1, turn.size());
    endTurn();
    assertEquals(List.of("a", "b"), sent);
    sends.add(() -> sent.add("c"));
    endTurn();
    assertEquals(List.of("a", "b", "c"), sent);
  }

  @Test
  void whatIsWrittenWhileOthersAreSentGoesInTheSameTurn() {
    sends.add(() -> sends.add(() -> sent.add("inner")));
    endTurn();
    assertEquals(List.of("inner"), sent);
    assertEquals(0, turn.size());
  }

  @Test
  void aSenderThatThrowsDoesNotHoldTheOthersBack() {
    sends.add(
        () -> {
          throw new IllegalStateException("one");
        });
    sends.add(() -> sent.add("other"));
    assertThrows(IllegalStateException.class, this::endTurn);
    endTurn();
    assertEquals(List.of("other"), sent);
    assertEquals(0, turn.size());
  }
}
