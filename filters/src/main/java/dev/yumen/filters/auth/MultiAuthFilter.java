package dev.yumen.filters.auth;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.BodyFilter;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Remark;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.Verdict;
import dev.yumen.config.FilterConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Lets a request in when one of several filters does, or when all of them do. */
public final class MultiAuthFilter
    implements Filter, TellsUpstream, AddsToAnswer, Explains, TakesCredentials {
  public static final FilterType<Config> TYPE =
      new FilterType<>("multi-auth", Config.class, MultiAuthFilter::new);

  /** Which. */
  @Describe(
      "Lets a request in when one of several filters does, or when all of them do, asked in the"
          + " order written.")
  public record Config(
      @Describe("Filters of which one has to let a request in, such as jwt and api-key.")
          List<FilterConfig> any,
      @Describe("Instead of any: filters that all have to let it in, for the same consumer.")
          List<FilterConfig> all) {

    public Config {
      any = List.copyOf(any);
      all = List.copyOf(all);
      if (any.isEmpty() == all.isEmpty()) {
        throw InvalidValue.found("", any.isEmpty() ? "neither" : "both", "any or all");
      }
      requireTwo("any", any);
      requireTwo("all", all);
    }

    private static void requireTwo(String component, List<FilterConfig> filters) {
      if (filters.size() == 1) {
        throw InvalidValue.found(component, "1 filters", "at least two");
      }
    }
  }

  /** One of the filters. */
  private record Member(String name, Filter filter) {}

  private final boolean all;
  private final List<Member> members = new ArrayList<>();

  private MultiAuthFilter(Config config, FilterContext context) {
    all = !config.all.isEmpty();
    List<FilterConfig> filters = all ? config.all : config.any;
    try {
      for (int i = 0; i < filters.size(); i++) {
        FilterConfig filter = filters.get(i);
        String place = (all ? "all[" : "any[") + i + "]." + filter.type().name();
        members.add(new Member(filter.type().name(), made(place, filter, context)));
      }
    } catch (InvalidValue e) {
      close();
      throw e;
    }
  }

  private Filter made(String place, FilterConfig config, FilterContext context) {
    Class<?> type = config.type().config().getEnclosingClass();
    if (type != null && BodyFilter.class.isAssignableFrom(type)) {
      throw looksAtBodies(place); // not what else it would have to be told
    }
    AnyFilter made = create(place, config, context);
    if (made instanceof Filter filter && fits(filter)) {
      return filter;
    }
    made.close();
    throw InvalidValue.found(
        place, "a filter that does more", "one that only looks at the head of a request");
  }

  private static InvalidValue looksAtBodies(String place) {
    return InvalidValue.found(
        place, "a filter that looks at bodies", "one that only looks at the head of a request");
  }

  private static AnyFilter create(String place, FilterConfig config, FilterContext context) {
    try {
      return config.type().create(config.settings(), context);
    } catch (InvalidValue e) {
      String within = e.component().isEmpty() ? place : place + "." + e.component();
      throw InvalidValue.found(within, e.value(), e.expected());
    }
  }

  /**
   * Whether a filter can be asked here. Of other multi-auth, those that want one of several can be
   * asked among those that all have to let in: where they refuse, nobody was found.
   */
  private boolean fits(Filter filter) {
    if (filter instanceof MultiAuthFilter inner) {
      return all && !inner.all;
    }
    return !(filter instanceof BodyFilter)
        && (filter instanceof AddsToAnswer || !overrides(filter, "onResponse", ResponseHead.class))
        && !overrides(filter, "onEnd", Ending.class);
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
  public Set<String> credentialNames() {
    Set<String> names = new HashSet<>();
    for (Member member : members) {
      if (member.filter instanceof TakesCredentials taking) {
        names.addAll(taking.credentialNames());
      }
    }
    return Set.copyOf(names);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    removeForged(exchange.request().headers());
    return from(0, exchange, all ? new EveryYes(exchange) : new FirstYes());
  }

  /** Of all of them, as some may not be asked. */
  @Override
  public void removeForged(Headers headers) {
    for (Member member : members) {
      if (member.filter instanceof TellsUpstream telling) {
        telling.removeForged(headers);
      }
    }
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    addTo(response, exchange);
    return Verdict.proceed();
  }

  @Override
  public void addTo(ResponseHead response, Exchange exchange) {
    for (Member member : members.reversed()) {
      if (member.filter instanceof AddsToAnswer adding) {
        adding.addTo(response, exchange);
      }
    }
  }

  @Override
  public Effect explain(Exchange exchange) {
    removeForged(exchange.request().headers());
    Round round = all ? new EveryYes(exchange) : new FirstYes();
    List<Remark> heard = new ArrayList<>();
    for (Member member : members) {
      round.asking();
      Effect effect = effect(member.filter, exchange);
      if (effect.certainty() != Effect.Certainty.SURE) {
        return effect;
      }
      boolean yes = effect.verdict() instanceof Verdict.Proceed;
      Remark.About about = yes ? Remark.About.TAKEN_BY : Remark.About.NOT_TAKEN_BY;
      heard.add(new Remark(about, List.of(member.name)));
      Verdict end = round.heard(member.name, effect.verdict());
      if (end != null) {
        return new Effect(Effect.Certainty.SURE, end, heard);
      }
    }
    return new Effect(Effect.Certainty.SURE, round.end(), heard);
  }

  private static Effect effect(Filter filter, Exchange exchange) {
    return switch (filter) {
      case Explains explains -> explains.explain(exchange);
      case LooksOnly _ -> Effect.sure(filter.onRequest(exchange));
      default -> new Effect(Effect.Certainty.UNTRIED, Verdict.proceed(), List.of());
    };
  }

  private Verdict from(int first, Exchange exchange, Round round) {
    for (int i = first; i < members.size(); i++) {
      Member member = members.get(i);
      round.asking();
      Verdict verdict = member.filter.onRequest(exchange);
      if (verdict instanceof Verdict.Await await) {
        int next = i + 1;
        return Verdict.await(
            await
                .later()
                .thenComposeAsync(
                    late -> stage(after(round.heard(member.name, late), next, exchange, round)),
                    exchange.executor()));
      }
      Verdict end = round.heard(member.name, verdict);
      if (end != null) {
        return end;
      }
    }
    return round.end();
  }

  private Verdict after(@Nullable Verdict end, int next, Exchange exchange, Round round) {
    return end == null ? from(next, exchange, round) : end;
  }

  private static CompletionStage<Verdict> stage(Verdict verdict) {
    return verdict instanceof Verdict.Await await
        ? await.later()
        : CompletableFuture.completedFuture(verdict);
  }

  @Override
  public void close() {
    members.forEach(member -> member.filter.close());
  }
}
