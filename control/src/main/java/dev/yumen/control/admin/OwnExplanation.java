package dev.yumen.control.admin;

import dev.yumen.api.Consumer;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.ExplanationData;
import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Sentences;
import dev.yumen.dataplane.explain.Wording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a workspace is told of an explanation: all of a request that one of its routes takes, but
 * for what is the gateway's or of others, and of another request only that none does.
 */
final class OwnExplanation {
  private static final Set<String> ASKED =
      Set.of("method", "scheme", "host", "path", "client", "listener");
  private static final String UNTOLD = "(not of the workspace)";

  private final Scope scope;
  private final GatewayConfig config;
  private final @Nullable Pattern others;

  OwnExplanation(Scope scope, GatewayConfig config) {
    this.scope = scope;
    this.config = config;
    this.others = others();
  }

  /** Names that are none of the workspace's, as words of a text; null when there are none. */
  private @Nullable Pattern others() {
    Set<String> names = new LinkedHashSet<>();
    config.routes().stream().map(RouteConfig::id).forEach(names::add);
    config.consumers().stream().map(Consumer::name).forEach(names::add);
    names.addAll(config.upstreams().keySet());
    names.addAll(config.redis().keySet());
    names.removeIf(scope::mayName);
    if (names.isEmpty()) {
      return null;
    }
    List<String> words = names.stream().map(Pattern::quote).toList();
    return Pattern.compile("(?<![A-Za-z0-9_-])(" + String.join("|", words) + ")(?![A-Za-z0-9_-])");
  }

  Map<String, @Nullable Object> of(Explanation whole, Wording wording) {
    Explanation told = withoutOthersUpstream(whole);
    Map<String, @Nullable Object> data = new LinkedHashMap<>(ExplanationData.of(told, wording));
    List<Object> candidates = candidates(list(data, "candidates"));
    data.put("candidates", candidates);
    data.put("rules", candidates.size());
    if (told.route() == null || !scope.owns(told.route().id())) {
      return notTaken(data, wording);
    }
    data.put("filters", filters(list(data, "filters")));
    withoutPlace(data);
    if (told.destination() == null && whole.destination() != null) {
      data.put("upstream", scope.told(whole.destination().upstream()));
      data.put("endpoints", List.of());
      data.put("limits", Map.of());
    }
    data.put(
        "why",
        String.join("; ", new Sentences(wording).why(told).stream().filter(this::isTold).toList()));
    return data;
  }

  /** The same whether a route of others takes it, or none. */
  private static Map<String, @Nullable Object> notTaken(
      Map<String, @Nullable Object> data, Wording wording) {
    Set<String> kept = new LinkedHashSet<>(ASKED);
    kept.add("candidates");
    kept.add("rules");
    data.replaceAll((key, value) -> kept.contains(key) ? value : null);
    data.put("sure", true);
    data.put("filters", List.of());
    data.put("why", wording.say(Phrase.NO_OWN_ROUTE));
    return data;
  }

  private List<Object> candidates(List<Map<String, @Nullable Object>> all) {
    List<Object> own = new ArrayList<>();
    for (Map<String, @Nullable Object> one : all) {
      if (!scope.owns(String.valueOf(one.get("route")))) {
        continue;
      }
      Map<String, @Nullable Object> shown = new LinkedHashMap<>(one);
      if (shown.get("by") != null && !scope.owns(String.valueOf(shown.get("by")))) {
        shown.put("by", null);
        shown.put("reason", UNTOLD);
      }
      own.add(withoutPlace(shown));
    }
    return own;
  }

  /** Those for every route come first; they are the gateway's. */
  private List<Object> filters(List<Map<String, @Nullable Object>> all) {
    List<Object> shown = new ArrayList<>();
    for (Map<String, @Nullable Object> one : all) {
      Map<String, @Nullable Object> filter = new LinkedHashMap<>(one);
      if (shown.size() < config.filters().size()) {
        filter.keySet().retainAll(Set.of("result", "status", "code"));
        filter.put("name", UNTOLD);
        filter.put("effect", "");
        filter.put("changes", List.of());
      }
      shown.add(told(withoutPlace(filter)));
    }
    return shown;
  }

  /** Lines tell how much others have written. */
  private static Map<String, @Nullable Object> withoutPlace(Map<String, @Nullable Object> data) {
    data.put("at", null);
    data.replace("upstream-at", null);
    return data;
  }

  private Explanation withoutOthersUpstream(Explanation told) {
    return told.destination() == null || scope.owns(told.destination().upstream())
        ? told
        : new Explanation(
            told.asked(),
            told.outcome(),
            told.route(),
            told.candidates(),
            told.rules(),
            told.filters(),
            null,
            told.why());
  }

  // ---- names of others ----

  private boolean isTold(String text) {
    return others == null || !others.matcher(text).find();
  }

  private @Nullable Object told(@Nullable Object value) {
    return switch (value) {
      case String text -> isTold(text) ? text : UNTOLD;
      case List<?> list -> list.stream().map(this::told).toList();
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        map.forEach((key, inside) -> shown.put(String.valueOf(key), told(inside)));
        yield shown;
      }
      case null, default -> value;
    };
  }

  @SuppressWarnings("unchecked") // as ExplanationData makes them
  private static List<Map<String, @Nullable Object>> list(
      Map<String, @Nullable Object> data, String key) {
    return (List<Map<String, @Nullable Object>>) Objects.requireNonNull(data.get(key));
  }
}
