package dev.yumen.testkit;

/** A service that takes what it does with a request from a queue which tests fill. */
public interface Scripted {
  /** Empties the queue, so that one test leaves nothing for the next. */
  void dropQueued();
}
