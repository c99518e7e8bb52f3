package dev.yumen.dataplane.loop;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Connections that were written to in this turn of an event loop. Their system calls are made one
 * behind the other when the turn's events have all been handled: the kernel's way of a packet then
 * stays in the processor's caches, and a peer that sleeps is woken for many messages, not for each.
 * Only on its loop.
 */
public final class SendQueue {

  /** What is called at the end of the turn, once for each time it was added. */
  public interface Sender {
    void send();
  }

  private final Executor eventLoop;
  private final Runnable task = this::sendAll;
  private final ArrayDeque<Sender> waiting = new ArrayDeque<>();
  private boolean scheduled;

  /**
   * @param eventLoop runs what it is given on the same thread, after the events at hand
   */
  public SendQueue(Executor eventLoop) {
    this.eventLoop = eventLoop;
  }

  public void add(Sender sender) {
    waiting.add(sender);
    schedule();
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      eventLoop.execute(task);
    }
  }

  private void sendAll() {
    try {
      for (Sender next = waiting.poll(); next != null; next = waiting.poll()) {
        next.send();
      }
    } finally {
      scheduled = false;
      if (!waiting.isEmpty()) {
        schedule();
      }
    }
  }
}
