package dev.yumen.dataplane.tls;

import dev.yumen.config.Problem.Severity;
import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong while TLS settings are compiled. One thread. */
final class TlsProblems {
  private final List<TlsProblem> found = new ArrayList<>();

  void error(String setting, String message) {
    found.add(new TlsProblem(Severity.ERROR, setting, message));
  }

  void warning(String setting, String message) {
    found.add(new TlsProblem(Severity.WARNING, setting, message));
  }

  boolean hasErrors() {
    return found.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
  }

  List<TlsProblem> all() {
    return List.copyOf(found);
  }
}
