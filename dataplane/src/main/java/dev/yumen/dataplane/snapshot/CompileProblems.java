package dev.yumen.dataplane.snapshot;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.Positions;
import dev.yumen.config.Problem;
import dev.yumen.config.Problem.Severity;
import dev.yumen.dataplane.tls.TlsProblem;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with a configuration that is being compiled, each with its place. One thread. */
final class CompileProblems {
  private final Positions positions;
  private final List<Problem> all = new ArrayList<>();

  CompileProblems(Positions positions) {
    this.positions = positions;
  }

  void error(String path, String message) {
    add(Severity.ERROR, path, message);
  }

  /** A value that was refused; its component is part of the path already. */
  void error(String path, InvalidValue invalid) {
    error(path, invalid.value() + " (expected: " + invalid.expected() + ")");
  }

  void warning(String path, String message) {
    add(Severity.WARNING, path, message);
  }

  void add(Severity severity, String path, String message) {
    all.add(new Problem(severity, positions.nearest(path), path, message));
  }

  /**
   * @param place of the settings of TLS that they were found in
   */
  void addTls(String place, List<TlsProblem> found) {
    for (TlsProblem problem : found) {
      String path = problem.setting().isEmpty() ? place : place + "." + problem.setting();
      add(problem.severity(), path, problem.message());
    }
  }

  /** How many there are so far. */
  int count() {
    return all.size();
  }

  boolean hasErrors() {
    return all.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
  }

  /** In the order in which they were found. */
  List<Problem> all() {
    return List.copyOf(all);
  }
}
