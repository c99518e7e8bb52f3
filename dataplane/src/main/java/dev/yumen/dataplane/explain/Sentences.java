package dev.yumen.dataplane.explain;

import dev.yumen.dataplane.explain.Explanation.Change;
import dev.yumen.dataplane.explain.Explanation.Changed;
import dev.yumen.dataplane.explain.Explanation.Destination;
import dev.yumen.dataplane.explain.Explanation.Outcome;
import dev.yumen.dataplane.explain.Explanation.Step;
import dev.yumen.dataplane.health.Health;
import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.routing.Candidate.Outranked;
import dev.yumen.dataplane.routing.Candidate.Standing;
import dev.yumen.dataplane.routing.Candidate.Takes;
import dev.yumen.dataplane.upstream.EndpointPreview;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What explanations say to people, in one language. */
public final class Sentences {
  private final Wording wording;

  public Sentences(Wording wording) {
    this.wording = wording;
  }

  /** What came of holding a rule against the request. */
  public String of(Standing standing) {
    return switch (standing) {
      case Takes() -> wording.say(Phrase.TAKES);
      case Outranked outranked ->
          wording.say(Phrase.OUTRANKED, outranked.by(), wording.say(outranked.why()));
      case Misses misses -> wording.say(Phrase.MISSES, misses.expected());
    };
  }

  /** What a filter does. */
  public String effect(Step step) {
    List<String> parts = new ArrayList<>();
    parts.add(
        switch (step.result()) {
          case PASSES -> step.changes().isEmpty() ? wording.say(Phrase.PASSES) : "";
          case ANSWERS -> wording.say(Phrase.ANSWERS, Integer.toString(step.status()));
          case REFUSES -> wording.say(Phrase.REFUSES, code(step), step.detail());
          case UNTRIED ->
              step.code() == null
                  ? wording.say(Phrase.UNTRIED)
                  : wording.say(Phrase.REFUSES, code(step), step.detail());
          case NOT_REACHED -> wording.say(Phrase.NOT_REACHED);
        });
    step.changes().forEach(change -> parts.add(change(change)));
    step.remarks().forEach(remark -> parts.add(wording.say(remark)));
    parts.removeIf(String::isEmpty);
    return String.join(", ", parts);
  }

  private static String code(Step step) {
    return step.status() + " " + step.code();
  }

  private String change(Change change) {
    String what = change.what() == Changed.HEADER ? change.name() : wording.say(change.what());
    return change.value() == null
        ? wording.say(Phrase.CHANGE_REMOVED, what)
        : wording.say(Phrase.CHANGE_SET, what, change.value());
  }

  /** Why it is so, in order. */
  public List<String> why(Explanation told) {
    List<String> all = new ArrayList<>();
    told.why().forEach(saying -> all.add(wording.say(saying)));
    Outcome outcome = told.outcome();
    if (told.rules() == 0) {
      all.add(wording.say(Phrase.NO_RULES));
    }
    if (!outcome.detail().isEmpty() && told.why().isEmpty()) {
      all.add(outcome.detail());
    } else if (told.route() == null && isRefusal(told)) {
      all.add(outcome.detail());
    }
    if (told.destination() != null) {
      all.addAll(destination(told.destination()));
    }
    if (!outcome.sure()) {
      all.add(wording.say(Phrase.ASSUMED));
    }
    return all;
  }

  private static boolean isRefusal(Explanation told) {
    return told.why().stream()
        .anyMatch(
            saying ->
                saying.key() == Phrase.REFUSED_ON_THE_WIRE
                    || saying.key() == Phrase.REFUSED_BEFORE_ROUTING);
  }

  private List<String> destination(Destination to) {
    List<String> all = new ArrayList<>();
    EndpointPreview endpoints = to.endpoints();
    if (to.share() < 100) {
      String share = String.format(Locale.ROOT, "%.4g", to.share()).replaceFirst("\\.?0+$", "");
      all.add(wording.say(Phrase.UPSTREAM_BY_SHARE, to.upstream(), share));
    }
    if (!endpoints.endpoints().isEmpty()) {
      all.add(endpoints.way() + ": " + String.join(", ", endpoints(endpoints)));
    }
    if (endpoints.kept()) {
      all.add(wording.say(Phrase.ENDPOINT_KEPT_BY_COOKIE));
    } else if (endpoints.endpoint() == null && !endpoints.endpoints().isEmpty()) {
      all.add(wording.say(Phrase.ENDPOINT_BY_CHANCE));
    }
    if (endpoints.panic()) {
      all.add(wording.say(Phrase.PANIC));
    }
    if (!endpoints.unresolved().isEmpty()) {
      String names = String.join(", ", endpoints.unresolved());
      all.add(wording.say(Phrase.NAMES_NOT_LOOKED_UP, names));
    }
    return all;
  }

  private List<String> endpoints(EndpointPreview preview) {
    return preview.endpoints().stream()
        .map(
            one ->
                wording.say(
                    phrase(one),
                    one.report().address(),
                    Long.toString(one.report().active()),
                    one.report().health().detail()))
        .toList();
  }

  private static Phrase phrase(EndpointPreview.Standing one) {
    return switch (state(one)) {
      case "ejected" -> Phrase.EJECTED;
      case "unhealthy" -> Phrase.UNHEALTHY;
      case "warming" -> Phrase.WARMING;
      case "in-reserve" -> Phrase.NOT_USED;
      default -> Phrase.USED;
    };
  }

  /** How an endpoint is, for programs. */
  static String state(EndpointPreview.Standing one) {
    Health.State health = one.report().health();
    if (health.ejected()) {
      return "ejected";
    }
    if (health.checked() == Health.Checked.UNHEALTHY) {
      return "unhealthy";
    }
    if (!one.report().used()) {
      return "in-reserve";
    }
    return one.warming() ? "warming" : "used";
  }

  /** The text of a heading or another constant. */
  public String say(Enum<?> key, String... details) {
    return wording.say(key, details);
  }
}
