package dev.yumen.dataplane.exchange;

import dev.yumen.dataplane.loop.Loop;
import java.util.ArrayDeque;

/** Scratch objects of one loop, used again and again. Only on its loop. */
final class LoopExchanges {
  private static final int KEPT = 256;

  private final Loop loop;
  private final ArrayDeque<Scratch> free = new ArrayDeque<>();

  LoopExchanges(Loop loop) {
    this.loop = loop;
  }

  Loop loop() {
    return loop;
  }

  Scratch take() {
    Scratch scratch = free.pollLast();
    return scratch == null ? new Scratch() : scratch;
  }

  void giveBack(Scratch scratch) {
    scratch.match.clear();
    if (free.size() < KEPT) {
      free.addLast(scratch);
    }
  }
}
