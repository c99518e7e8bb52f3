package dev.yumen.dataplane.explain;

import dev.yumen.dataplane.explain.Explanation.Change;
import dev.yumen.dataplane.explain.Explanation.Destination;
import dev.yumen.dataplane.explain.Explanation.Limit;
import dev.yumen.dataplane.explain.Explanation.Step;
import dev.yumen.dataplane.explain.Explanation.Tried;
import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.routing.Candidate.Outranked;
import dev.yumen.dataplane.routing.Candidate.Standing;
import dev.yumen.dataplane.routing.Candidate.Takes;
import dev.yumen.dataplane.upstream.EndpointPreview;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An explanation as maps, lists, texts and numbers, as JSON has them. What programs look at is in
 * no language; {@code why}, {@code effect} and {@code reason} are for people.
 */
public final class ExplanationData {
  private final Sentences sentences;

  private ExplanationData(Wording wording) {
    this.sentences = new Sentences(wording);
  }

  public static Map<String, @Nullable Object> of(Explanation explanation, Wording wording) {
    return new ExplanationData(wording).data(explanation);
  }

  private Map<String, @Nullable Object> data(Explanation told) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("method", told.asked().method());
    data.put("scheme", told.asked().scheme());
    data.put("host", told.asked().host());
    data.put("path", told.asked().path());
    data.put("client", told.asked().client());
    data.put("listener", told.asked().listener());
    data.put("end", name(told.outcome().end()));
    data.put("status", told.outcome().status() == 0 ? null : told.outcome().status());
    data.put("code", told.outcome().code());
    data.put("sure", told.outcome().sure());
    data.put("route", told.route() == null ? null : told.route().id());
    data.put("at", told.route() == null ? null : told.route().at());
    data.put("rules", told.rules());
    data.put("candidates", told.candidates().stream().map(this::candidate).toList());
    data.put("filters", told.filters().stream().map(this::filter).toList());
    Destination to = told.destination();
    data.put("upstream", to == null ? null : to.upstream());
    data.put("endpoint", to == null ? null : to.endpoints().endpoint());
    if (to != null) {
      destination(to, data);
    }
    data.put("why", String.join("; ", sentences.why(told)));
    return data;
  }

  private Map<String, @Nullable Object> candidate(Tried tried) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("route", tried.candidate().id());
    Standing standing = tried.candidate().standing();
    data.put("standing", name(standing));
    data.put("failed", standing instanceof Misses(var _, var _, var expected) ? expected : null);
    if (standing instanceof Misses misses) {
      data.put("setting", misses.setting());
    }
    if (standing instanceof Outranked outranked) {
      data.put("by", outranked.by());
      data.put("rank", name(outranked.why()));
    }
    data.put("reason", sentences.of(standing));
    data.put("at", tried.at());
    return data;
  }

  private static String name(Standing standing) {
    return switch (standing) {
      case Takes() -> "takes";
      case Outranked _ -> "outranked";
      case Misses _ -> "misses";
    };
  }

  private Map<String, @Nullable Object> filter(Step step) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("name", step.name());
    data.put("result", name(step.result()));
    data.put("effect", sentences.effect(step));
    if (step.status() != 0) {
      data.put("status", step.status());
      data.put("code", step.code());
      data.put("detail", step.detail());
    }
    List<Object> changes = new ArrayList<>();
    for (Change change : step.changes()) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("what", name(change.what()));
      if (!change.name().isEmpty()) {
        one.put("name", change.name());
      }
      one.put("value", change.value());
      changes.add(one);
    }
    data.put("changes", changes);
    data.put("at", step.at());
    return data;
  }

  private void destination(Destination to, Map<String, @Nullable Object> data) {
    data.put("upstream-at", to.at());
    data.put("share", to.share());
    List<Object> endpoints = new ArrayList<>();
    for (EndpointPreview.Standing one : to.endpoints().endpoints()) {
      Map<String, @Nullable Object> endpoint = new LinkedHashMap<>();
      endpoint.put("address", one.report().address());
      endpoint.put("name", one.report().name());
      endpoint.put("used", one.report().used());
      endpoint.put("state", Sentences.state(one));
      endpoint.put("under-way", one.report().active());
      endpoints.add(endpoint);
    }
    data.put("endpoints", endpoints);
    data.put("unresolved", to.endpoints().unresolved());
    data.put("balance", to.endpoints().way());
    Map<String, Object> limits = new LinkedHashMap<>();
    for (Limit limit : to.limits()) {
      limits.put(limit.setting(), limit.value());
    }
    data.put("limits", limits);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
