package dev.yumen.dataplane.chain;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.BlockingFilter;
import dev.yumen.api.BodyFilter;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.TakesCredentials;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The filters of one route, in the order written. Which of them have anything to do on the way back
 * or at the end is found out once, so that the others cost nothing there.
 */
public final class FilterChain {
  private final Step[] steps;
  private final boolean bodies;

  /**
   * @param filter what to call
   * @param name configuration name, for messages
   * @param answers whether it looks at answers
   * @param ends whether it wants to know of the end
   */
  public record Step(AnyFilter filter, String name, boolean answers, boolean ends) {
    static Step of(AnyFilter filter, String name) {
      Looks looks = LOOKS.get(filter.getClass());
      return new Step(filter, name, looks.answers(), looks.ends());
    }

    /** Whether it looks at requests. For explanations, as it takes a while. */
    public boolean asks() {
      return overrides(filter.getClass(), "onRequest", Exchange.class);
    }
  }

  /** What filters of a class look at. */
  private record Looks(boolean answers, boolean ends) {}

  private static final ClassValue<Looks> LOOKS =
      new ClassValue<>() {
        @Override
        protected Looks computeValue(Class<?> type) {
          return new Looks(
              overrides(type, "onResponse", Exchange.class, ResponseHead.class),
              overrides(type, "onEnd", Exchange.class, Ending.class));
        }
      };

  private static boolean overrides(Class<?> type, String method, Class<?>... parameters) {
    try {
      Class<?> declaring = type.getMethod(method, parameters).getDeclaringClass();
      return declaring != Filter.class && declaring != BlockingFilter.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A filter with its configuration name. */
  public record Named(String name, AnyFilter filter) {}

  private FilterChain(Step[] steps) {
    this.steps = steps;
    this.bodies = Stream.of(steps).anyMatch(step -> step.filter() instanceof BodyFilter);
  }

  public static FilterChain of(List<Named> filters) {
    return new FilterChain(
        filters.stream().map(named -> Step.of(named.filter(), named.name())).toArray(Step[]::new));
  }

  public int size() {
    return steps.length;
  }

  public Step step(int index) {
    return steps[index];
  }

  /** Adds names in lower case of fields and parameters that its filters take credentials from. */
  public void addCredentialNames(Set<String> names) {
    for (Step step : steps) {
      if (step.filter() instanceof TakesCredentials taking) {
        names.addAll(taking.credentialNames());
      }
    }
  }

  /** Whether any filter may want to see bodies. */
  public boolean bodies() {
    return bodies;
  }
}
