package dev.yumen.testkit;

import java.io.IOException;

/** What an upstream does with one request. Runs on a virtual thread and may block. */
@FunctionalInterface
public interface Behaviour {
  /** Serves one request; afterwards the connection waits for the next, unless it was closed. */
  void serve(Incoming request) throws IOException, InterruptedException;

  /** This, and then the other for the same request. */
  default Behaviour then(Behaviour next) {
    return request -> {
      serve(request);
      next.serve(request);
    };
  }
}
