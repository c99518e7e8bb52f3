package dev.yumen.dataplane.snapshot;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.InvalidValue;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.chain.FilterChain;
import dev.yumen.dataplane.observe.Metrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes routes with their filters of their settings. What the configuration before had alike is
 * used again: of ten thousand routes one changed, mostly. What looked at files by itself, or was
 * told a problem, is made anew each time.
 */
final class RouteMaker {
  /** Label of requests that no route matched. */
  static final String NO_PATTERN = "none";

  private static final Logger LOG = LoggerFactory.getLogger(RouteMaker.class);

  private final Around around;
  private final Routes before;
  private final CompileProblems problems;
  private final List<Runnable> giveBack;
  private final RouteEnds ends;
  private final Map<String, Routes.Made> byId = new HashMap<>();
  private final List<FilterConfig> sharedSettings;
  private final MadeFilters shared;

  /**
   * @param before the live ones, or null
   * @param filters for every route, which are made at once
   * @param giveBack is told how all that was made is given back
   */
  RouteMaker(
      Around around,
      @Nullable Routes before,
      List<FilterConfig> filters,
      CompileProblems problems,
      List<Runnable> giveBack) {
    this.before = before != null && before.around().equals(around) ? before : Routes.none(around);
    this.around = this.before.around(); // the one that filters keep
    this.problems = problems;
    this.giveBack = giveBack;
    this.ends = new RouteEnds(around.folder(), around::upstream, problems);
    this.sharedSettings = filters;
    MadeFilters known = this.before.shared();
    this.shared =
        held(
            known.lasting() && this.before.filters().equals(filters)
                ? known.hold()
                : filters("", filters, "filters"));
  }

  private MadeFilters held(MadeFilters filters) {
    giveBack.add(filters::release);
    return filters;
  }

  /** All that were made. */
  Routes routes() {
    return new Routes(around, sharedSettings, shared, byId);
  }

  /** What happens to requests that no route takes. */
  Route unmatched() {
    return new Route(
        "",
        NO_PATTERN,
        new Route.Slots(Metrics.NONE, Metrics.NONE),
        FilterChain.of(shared.filters()),
        new RouteEnd.Unmatched());
  }

  /**
   * Makes a route.
   *
   * @param index among the routes of the configuration
   */
  void make(RouteConfig settings, int index) {
    Routes.Made known = before.made(settings);
    Routes.Made made = known == null ? anew(settings, "routes[" + index + "]") : again(known);
    if (made != null) {
      byId.put(settings.id(), made);
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very filters that stand in its chain
  private Routes.Made again(Routes.Made known) {
    held(known.own().hold());
    if (before.shared() == shared) {
      return known;
    }
    Route route = known.route();
    Route same =
        new Route(route.id(), route.pattern(), route.metrics(), chain(known.own()), route.end());
    return new Routes.Made(known.settings(), known.own(), same, true);
  }

  private Routes.@Nullable Made anew(RouteConfig settings, String place) {
    int found = problems.count();
    MadeFilters own = held(filters(settings.id(), settings.filters(), place + ".filters"));
    if (own.canary() != null) {
      elsewhere(settings, own.canary().rules().stable(), place);
    }
    RouteEnd end = ends.of(settings, place);
    if (end == null) {
      return null;
    }
    String pattern = settings.match().path() == null ? "/**" : settings.match().path().text();
    Metrics metrics = around.surroundings().metrics();
    Route.Slots slots =
        new Route.Slots(metrics.pathSlot(pattern), metrics.routeSlot(settings.id()));
    boolean lasting = own.lasting() && settings.statics() == null && found == problems.count();
    return new Routes.Made(
        settings, own, new Route(settings.id(), pattern, slots, chain(own), end), lasting);
  }

  private FilterChain chain(MadeFilters own) {
    List<FilterChain.Named> filters = new ArrayList<>(shared.filters());
    filters.addAll(own.filters());
    return FilterChain.of(filters);
  }

  /** Whoever reads the route thinks that the old version is where it leads. */
  private void elsewhere(RouteConfig route, String stable, String place) {
    if (!around.upstreams().containsKey(stable)
        || route.to().stream().anyMatch(target -> target.upstream().equals(stable))) {
      return;
    }
    for (int i = 0; i < route.filters().size(); i++) {
      String path = place + ".filters[" + i + "].canary.stable";
      if (route.filters().get(i).type().name().equals("canary")) {
        String message = stable + " (expected: an upstream of the route's to, or nothing)";
        problems.warning(path, message);
      }
    }
  }

  private MadeFilters filters(String routeId, List<FilterConfig> filters, String list) {
    Taken taken = new Taken();
    List<FilterChain.Named> made = new ArrayList<>(filters.size());
    for (int i = 0; i < filters.size(); i++) {
      FilterConfig filter = filters.get(i);
      String place = list + "[" + i + "]";
      try {
        AnyFilter instance =
            filter
                .type()
                .create(filter.settings(), new BuildContext(around, routeId, place, taken));
        taken.add(instance::close);
        made.add(new FilterChain.Named(filter.type().name(), instance));
      } catch (InvalidValue e) {
        String at = place + "." + filter.type().name();
        problems.error(e.component().isEmpty() ? at : at + "." + e.component(), e);
      } catch (BuildContext.Doubtful e) {
        LOG.debug("{}.{} is not made: {}", place, filter.type().name(), e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("{}.{} could not be made", place, filter.type().name(), e);
        problems.error(place + "." + filter.type().name(), "could not be made: " + e);
      }
    }
    return new MadeFilters(made, taken, !taken.lookedAtFiles());
  }
}
