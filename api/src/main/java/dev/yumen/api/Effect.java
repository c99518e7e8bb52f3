package dev.yumen.api;

import java.util.ArrayList;
import java.util.List;

/**
 * What a filter would do with a request.
 *
 * @param certainty whether {@code verdict} is what would happen
 * @param verdict to go on, to answer or to fail; never to wait
 * @param remarks what else there is to say, in order
 */
public record Effect(Certainty certainty, Verdict verdict, List<Remark> remarks) {

  /** How far a verdict can be known without doing what leads to it. */
  public enum Certainty {
    /** It would come to this. */
    SURE,
    /** Chance decides; this is what becomes of most requests. */
    CHANCE,
    /** Only doing it would tell; that the request goes on is assumed. */
    UNTRIED
  }

  public Effect {
    if (verdict instanceof Verdict.Await) {
      throw new InvalidValue("verdict", "a wait", "one that is known");
    }
    remarks = List.copyOf(remarks);
  }

  /** Something that would happen. */
  public static Effect sure(Verdict verdict) {
    return new Effect(Certainty.SURE, verdict, List.of());
  }

  /** Something that chance decides. */
  public static Effect chance(Verdict verdict) {
    return new Effect(Certainty.CHANCE, verdict, List.of());
  }

  /** Something that nobody knows without doing it. */
  public static Effect untried(Remark.About why, String... details) {
    return new Effect(Certainty.UNTRIED, Verdict.proceed(), List.of()).remark(why, details);
  }

  /** The same with one more thing to say. */
  public Effect remark(Remark.About about, String... details) {
    List<Remark> more = new ArrayList<>(remarks);
    more.add(new Remark(about, List.of(details)));
    return new Effect(certainty, verdict, more);
  }
}
