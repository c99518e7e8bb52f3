package dev.yumen.config;

import dev.yumen.api.UrlPasswords;
import dev.yumen.config.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers problems. Keeps the first thousand and counts the rest, so that garbage stays cheap. */
final class Problems {
  private static final int MOST = 1_000;
  private static final int LONGEST = 1_000;

  private static final Comparator<Found> ORDER =
      Comparator.comparing(
              Found::place,
              Comparator.nullsFirst(
                  Comparator.comparingInt((Place place) -> place.source().order())
                      .thenComparingInt(Place::line)
                      .thenComparingInt(Place::column)))
          .thenComparing(found -> found.problem().path());

  private final List<Found> found = new ArrayList<>();
  private boolean errors;
  private int dropped;

  private record Found(@Nullable Place place, Problem problem) {}

  void error(@Nullable Place place, At at, String message) {
    error(place, at.toString(), message);
  }

  /** For a problem that is about no setting: {@code path} is empty, or names a variable. */
  void error(@Nullable Place place, String path, String message) {
    errors = true;
    add(Severity.ERROR, place, path, message);
  }

  void warning(@Nullable Place place, At at, String message) {
    add(Severity.WARNING, place, at.toString(), message);
  }

  private void add(Severity severity, @Nullable Place place, String path, String message) {
    if (full()) {
      dropped++;
      return;
    }
    Position position = place == null ? null : place.position();
    String line = Text.oneLine(UrlPasswords.hiddenInText(message), LONGEST);
    String where = Text.oneLine(UrlPasswords.hiddenIn(path), LONGEST);
    found.add(new Found(place, new Problem(severity, position, where, line)));
  }

  /** Whether more problems are only counted, so that their messages need not be made. */
  boolean full() {
    return found.size() >= MOST;
  }

  /** How many there are, those that are only counted among them. */
  int count() {
    return found.size() + dropped;
  }

  boolean hasErrors() {
    return errors;
  }

  /** In the order of files and lines; what has no place comes first. */
  List<Problem> sorted() {
    List<Problem> problems = new ArrayList<>();
    found.stream().sorted(ORDER).map(Found::problem).forEach(problems::add);
    if (dropped > 0) {
      Severity severity = errors ? Severity.ERROR : Severity.WARNING;
      problems.add(
          new Problem(
              severity, null, "", "and " + dropped + " more problem" + (dropped == 1 ? "" : "s")));
    }
    return problems;
  }
}
