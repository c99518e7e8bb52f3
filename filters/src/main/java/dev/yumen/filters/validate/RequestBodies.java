package dev.yumen.filters.validate;

import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Flaw;
import dev.yumen.api.Headers;
import dev.yumen.api.RequestHead;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.SlowChecks;
import dev.yumen.filters.body.MediaType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Holds bodies of requests against what is said of them, before anything of the request goes on. A
 * short one is checked on the event loop, one that is long or turns out to cost much on threads for
 * that (filters/RATIONALE.md#validation).
 */
final class RequestBodies {
  /** Bodies up to this are checked on the event loop: about 300 µs. */
  private static final int SHORT = 8 << 10;

  private static final int STEPS_ON_LOOP = 5_000;
  private static final int STEPS = 1_000_000;
  private static final Set<String> UTF_8 = Set.of("utf-8");
  private static final Flaw UNTYPED = new Flaw("header", "/content-type", "required");
  private static final Flaw NO_BODY = new Flaw("body", "", "required");

  private final BodyCheck bodies;
  private final SlowChecks threads;
  private final Outcomes outcomes;
  private final int most;

  /**
   * @param most bytes of JSON that are held
   */
  RequestBodies(BodyCheck bodies, SlowChecks threads, Outcomes outcomes, int most) {
    this.bodies = bodies;
    this.threads = threads;
    this.outcomes = outcomes;
    this.most = most;
  }

  /** What the head tells of a body. */
  static List<Flaw> flawsOfHead(BodyRule rule, RequestHead request) {
    Headers headers = request.headers();
    List<String> types = headers.all("content-type");
    if (types.size() > 1) {
      return List.of(new Flaw("header", "/content-type", "repeated"));
    }
    String length = headers.first("content-length");
    boolean none =
        length == null
            ? request.version().startsWith("1") && !headers.contains("transfer-encoding")
            : length.equals("0");
    if (none) {
      return rule.required() ? List.of(NO_BODY) : List.of();
    }
    if (types.isEmpty()) {
      return length == null ? List.of() : List.of(UNTYPED);
    }
    MediaType media = MediaType.of(types.getFirst());
    BodyRule.Kind kind = rule.kind(media);
    boolean checked = kind != null && kind.check() != null;
    if (kind == null && !rule.kinds().isEmpty()) {
      return List.of(new Flaw("header", "/content-type", "content"));
    }
    if (!checked || !media.isJson()) {
      return List.of();
    }
    if (!media.isIn(UTF_8)) {
      return List.of(new Flaw("header", "/content-type", "charset"));
    }
    return headers.contains("content-encoding")
        ? List.of(new Flaw("header", "/content-encoding", "encoding"))
        : List.of();
  }

  /** Whether its head says that it is longer than what is held. */
  boolean isLonger(Headers headers) {
    String length = headers.first("content-length");
    return length != null && Long.parseLong(length) > most;
  }

  /** What is to be done with a body whose head has no flaws. */
  BodyTreatment treatment(BodyRule rule, Headers headers) {
    String type = headers.first("content-type");
    MediaType media = type == null ? MediaType.NONE : MediaType.of(type);
    BodyRule.Kind kind = rule.kind(media);
    Check check = kind == null || !media.isJson() ? null : kind.check();
    if (check != null) {
      return new BodyTreatment.Whole(most, new Held(rule, check));
    }
    Presence presence = new Presence(rule, type != null);
    return type == null || rule.required()
        ? new BodyTreatment.Beginning(presence)
        : new BodyTreatment.Inspect(presence);
  }

  /** A body that is not JSON: all there is to see is whether it is there. */
  private final class Presence implements BodyTransform {
    private final BodyRule rule;
    private final boolean typed;
    private boolean any;

    Presence(BodyRule rule, boolean typed) {
      this.rule = rule;
      this.typed = typed;
    }

    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      any |= chunk.isReadable();
      if (any && !typed) {
        chunk.release();
        out.fail(outcomes.invalid(List.of(UNTYPED)));
      } else {
        out.emit(chunk);
      }
    }

    @Override
    public void onEnd(BodySink out) {
      if (any || !rule.required()) {
        outcomes.count("valid");
      } else {
        out.fail(outcomes.invalid(List.of(NO_BODY)));
      }
    }
  }

  /** A body that is held against a schema before anything of the request goes on. */
  private final class Held implements BodyTransform {
    private final BodyRule rule;
    private final Check check;

    Held(BodyRule rule, Check check) {
      this.rule = rule;
      this.check = check;
    }

    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      byte[] body = ByteBufUtil.getBytes(chunk);
      List<Flaw> flaws = flawsOf(body);
      if (flaws != null && !flaws.isEmpty()) {
        chunk.release();
        out.fail(outcomes.invalid(flaws));
        return;
      }
      out.emit(chunk);
      if (flaws == null) {
        elsewhere(body, out);
      } else {
        outcomes.count("valid");
      }
    }

    /** Null when that is to be found out elsewhere. */
    private @Nullable List<Flaw> flawsOf(byte[] body) {
      if (body.length == 0) {
        return rule.required() ? List.of(NO_BODY) : List.of();
      }
      return body.length > SHORT
          ? null
          : bodies.flaws(body, check, Check.Side.REQUEST, STEPS_ON_LOOP);
    }

    private void elsewhere(byte[] body, BodySink out) {
      CompletableFuture<Verdict> verdict =
          threads.prove(RequestBodies.this, new Object(), () -> verdict(body));
      if (verdict == null) {
        outcomes.count("busy");
        out.fail(Failure.of(FailureCode.OVERLOADED, "validate: too many bodies wait"));
      } else {
        out.await(verdict);
      }
    }

    private Verdict verdict(byte[] body) {
      List<Flaw> flaws = bodies.flaws(body, check, Check.Side.REQUEST, STEPS);
      if (flaws == null) {
        return Verdict.fail(outcomes.invalid(List.of(new Flaw("body", "", "limit"))));
      }
      if (!flaws.isEmpty()) {
        return Verdict.fail(outcomes.invalid(flaws));
      }
      outcomes.count("valid");
      return Verdict.proceed();
    }
  }
}
