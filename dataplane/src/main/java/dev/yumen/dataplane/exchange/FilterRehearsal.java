package dev.yumen.dataplane.exchange;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.BodyFilter;
import dev.yumen.api.Effect;
import dev.yumen.api.Effect.Certainty;
import dev.yumen.api.Explains;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Remark;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.Verdict;
import dev.yumen.dataplane.chain.FilterChain;
import dev.yumen.dataplane.explain.Explanation.Result;
import dev.yumen.dataplane.explain.Explanation.Step;
import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Saying;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Leads a rehearsed exchange through the filters of its route as far as each allows it: those that
 * only look are run, others are asked what they would do.
 */
final class FilterRehearsal {
  private final Rehearsal exchange;
  private final List<Step> steps = new ArrayList<>();
  private Verdict verdict = Verdict.proceed();
  private RehearsalState state;
  private boolean sure;

  /**
   * @param sure whether it is known that this is the route
   */
  FilterRehearsal(Rehearsal exchange, boolean sure) {
    this.exchange = exchange;
    this.sure = sure;
    this.state = RehearsalState.of(exchange);
  }

  /**
   * @param at file and line of each filter
   */
  void run(FilterChain chain, IntFunction<@Nullable String> at) {
    for (int i = 0; i < chain.size(); i++) {
      FilterChain.Step step = chain.step(i);
      String place = at.apply(i);
      steps.add(
          verdict instanceof Verdict.Proceed ? reached(step, place) : notReached(step, place));
    }
  }

  private static Step notReached(FilterChain.Step step, @Nullable String at) {
    return new Step(step.name(), Result.NOT_REACHED, 0, null, "", List.of(), List.of(), at);
  }

  private Step reached(FilterChain.Step step, @Nullable String at) {
    RehearsalState before = state;
    Effect effect = effect(step);
    state = RehearsalState.of(exchange);
    List<Saying> remarks = new ArrayList<>();
    for (Remark remark : effect.remarks()) {
      remarks.add(Saying.of(remark));
    }
    boolean passes = effect.verdict() instanceof Verdict.Proceed;
    if (passes && step.answers()) {
      remarks.add(Saying.of(Phrase.EDITS_ANSWER));
    }
    if (passes && step.filter() instanceof BodyFilter) {
      remarks.add(Saying.of(new Remark(Remark.About.READS_BODY, List.of())));
    }
    Failure failure = effect.verdict() instanceof Verdict.Fail fail ? fail.failure() : null;
    boolean assumed = failure != null && dependsOnUntried(failure);
    boolean known = sure;
    verdict = assumed ? Verdict.proceed() : effect.verdict();
    sure &= effect.certainty() == Certainty.SURE;
    boolean untried = assumed || effect.certainty() == Certainty.UNTRIED;
    if (assumed && !known) {
      remarks.add(Saying.of(Phrase.ASSUMED));
    }
    return new Step(
        step.name(),
        untried ? Result.UNTRIED : result(effect.verdict()),
        status(effect.verdict()),
        failure == null ? null : failure.code().name(),
        failure == null ? "" : failure.detail(),
        state.since(before),
        remarks,
        at);
  }

  /** Who is not known may be, had the filter before been tried. */
  private boolean dependsOnUntried(Failure failure) {
    return !sure && failure.code() == FailureCode.AUTH_MISSING && exchange.identity() == null;
  }

  private Effect effect(FilterChain.Step step) {
    if (step.filter() instanceof TakesCredentials taking
        && exchange.lacks(taking.credentialNames())) {
      return Effect.untried(Remark.About.CREDENTIALS_NOT_RECORDED);
    }
    try {
      return switch (step.filter()) {
        case Explains explains -> explains.explain(exchange);
        case Filter filter when filter instanceof LooksOnly ->
            Effect.sure(filter.onRequest(exchange));
        case AnyFilter _ ->
            step.asks()
                ? new Effect(Certainty.UNTRIED, Verdict.proceed(), List.of())
                : Effect.sure(Verdict.proceed());
      };
    } catch (RuntimeException e) {
      return Effect.sure(Verdict.fail(FailureCode.FILTER_FAILED, step.name() + " threw " + e));
    }
  }

  private static Result result(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Proceed _ -> Result.PASSES;
      case Verdict.Respond _ -> Result.ANSWERS;
      case Verdict.Fail _ -> Result.REFUSES;
      case Verdict.Await _ -> throw new IllegalStateException("an effect that waits");
    };
  }

  static int status(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Proceed _, Verdict.Await _ -> 0;
      case Verdict.Respond respond -> respond.response().status();
      case Verdict.Fail fail ->
          fail.answer() == null ? fail.failure().code().status() : fail.answer().status();
    };
  }

  List<Step> steps() {
    return steps;
  }

  /** What the last filter that was reached came to. */
  Verdict verdict() {
    return verdict;
  }

  /** Whether nothing before depends on what was not tried, or on chance. */
  boolean sure() {
    return sure;
  }
}
