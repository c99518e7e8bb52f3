package dev.yumen.filters.auth;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.BodyFilter;
import dev.yumen.api.Describe;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import dev.yumen.config.FilterConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Lets a request in when one of several filters does. */
public final class MultiAuthFilter implements Filter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("multi-auth", Config.class, MultiAuthFilter::new);

  /** Which. */
  @Describe("Lets a request in when one of several filters does, asked in the order written.")
  public record Config(
      @Describe("Filters that let requests in, such as jwt and api-key; at least two.")
          List<FilterConfig> any) {

    public Config {
      any = List.copyOf(any);
      if (any.size() < 2) {
        throw InvalidValue.found("any", any.size() + " filters", "at least two");
      }
    }
  }

  /** What the filters that were asked have said. */
  private static final class Refusals {
    private final List<Response.Field> challenges = new ArrayList<>();
    private @Nullable Failure missing;
    private @Nullable Verdict last;

    void add(Verdict refusal) {
      if (refusal instanceof Verdict.Fail fail
          && fail.answer() == null
          && fail.failure().code() == FailureCode.AUTH_MISSING) {
        missing = fail.failure();
        fail.failure().headers().stream()
            .filter(field -> field.name().equalsIgnoreCase("www-authenticate"))
            .forEach(challenges::add);
      } else {
        last = refusal;
      }
    }

    /** Of the last filter that found credentials; else what all of them ask for. */
    Verdict verdict() {
      Failure nothing = missing;
      if (last != null || nothing == null) {
        return Objects.requireNonNull(last);
      }
      return Verdict.fail(
          new Failure(FailureCode.AUTH_MISSING, nothing.detail(), challenges, null));
    }
  }

  private final List<Filter> filters = new ArrayList<>();

  private MultiAuthFilter(Config config, FilterContext context) {
    for (int i = 0; i < config.any.size(); i++) {
      FilterConfig filter = config.any.get(i);
      String place = "any[" + i + "]." + filter.type().name();
      try {
        filters.add(asked(place, filter.type().create(filter.settings(), context)));
      } catch (InvalidValue e) {
        filters.forEach(AnyFilter::close);
        String component = e.component();
        boolean placed = component.isEmpty() || component.startsWith("any[");
        String at = component.startsWith("any[") ? component : place;
        throw InvalidValue.found(placed ? at : place + "." + component, e.value(), e.expected());
      }
    }
  }

  private static Filter asked(String place, AnyFilter made) {
    if (made instanceof Filter filter
        && !(made instanceof BodyFilter)
        && !(made instanceof MultiAuthFilter)
        && !overrides(made, "onResponse", ResponseHead.class)
        && !overrides(made, "onEnd", Ending.class)) {
      return filter;
    }
    made.close();
    throw InvalidValue.found(
        place, "a filter that does more", "one that only looks at the head of a request");
  }

  private static boolean overrides(AnyFilter filter, String method, Class<?> second) {
    try {
      return filter.getClass().getMethod(method, Exchange.class, second).getDeclaringClass()
          != Filter.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    for (Filter filter : filters) {
      if (filter instanceof TellsUpstream telling) {
        telling.removeForged(exchange.request().headers()); // it may not be asked
      }
    }
    return from(0, exchange, new Refusals());
  }

  private Verdict from(int first, Exchange exchange, Refusals refusals) {
    for (int i = first; i < filters.size(); i++) {
      Verdict verdict = filters.get(i).onRequest(exchange);
      if (verdict instanceof Verdict.Await await) {
        int next = i + 1;
        return Verdict.await(
            await
                .later()
                .thenComposeAsync(
                    late -> stage(after(late, next, exchange, refusals)), exchange.executor()));
      }
      if (verdict instanceof Verdict.Proceed) {
        return verdict;
      }
      refusals.add(verdict);
    }
    return refusals.verdict();
  }

  private Verdict after(Verdict verdict, int next, Exchange exchange, Refusals refusals) {
    if (verdict instanceof Verdict.Proceed) {
      return verdict;
    }
    refusals.add(verdict);
    return from(next, exchange, refusals);
  }

  private static CompletionStage<Verdict> stage(Verdict verdict) {
    return verdict instanceof Verdict.Await await
        ? await.later()
        : CompletableFuture.completedFuture(verdict);
  }

  @Override
  public void close() {
    filters.forEach(AnyFilter::close);
  }
}
