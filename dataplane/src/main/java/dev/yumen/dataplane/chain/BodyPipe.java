package dev.yumen.dataplane.chain;

import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Headers;
import dev.yumen.api.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One body on its way through the filters that asked for it, in order. */
public final class BodyPipe {

  private final Stage first;
  private final boolean keepsLength;
  private final boolean whole;
  private final boolean beginning;
  private final BodySink last;
  private boolean failed;

  /** The filter that finds out the rest of a body elsewhere; null while none does. */
  private @Nullable Collecting waiting;

  private BodyPipe(List<BodyTreatment> treatments, FailureCode tooLong, BodySink end) {
    BodySink next = new End(end);
    last = end;
    boolean keeps = true;
    boolean collects = false;
    boolean begins = false;
    Stage stage = null;
    for (int i = treatments.size() - 1; i >= 0; i--) {
      BodyTreatment treatment = treatments.get(i);
      stage = stage(treatment, tooLong, next);
      next = stage;
      boolean beginning = treatment instanceof BodyTreatment.Beginning;
      begins |= beginning;
      keeps &= beginning || treatment instanceof BodyTreatment.Inspect;
      collects |= treatment instanceof BodyTreatment.Whole;
    }
    this.first = Objects.requireNonNull(stage);
    this.keepsLength = keeps;
    this.whole = collects;
    this.beginning = begins;
  }

  /**
   * @param treatments what filters asked for, in the order the body passes them, {@code Pass} left
   *     out
   * @param tooLong the failure when a body is longer than a filter holds
   * @param end where the result goes
   * @return null when nobody asked
   */
  public static @Nullable BodyPipe of(
      List<BodyTreatment> treatments, FailureCode tooLong, BodySink end) {
    return treatments.isEmpty() ? null : new BodyPipe(treatments, tooLong, end);
  }

  /** Whether the length on the wire stays true. */
  public boolean keepsLength() {
    return keepsLength;
  }

  /**
   * Whether a filter holds the whole body, so that its result is known before any of it goes on.
   */
  public boolean whole() {
    return whole;
  }

  /** Whether a filter wants to see the first bytes before the request is forwarded. */
  public boolean beginning() {
    return beginning;
  }

  /** Sends a chunk in and takes ownership of it. */
  public void chunk(ByteBuf data) {
    if (failed) {
      data.release();
      return;
    }
    first.emit(data);
  }

  /**
   * The body is complete.
   *
   * @param trailers the fields behind it, which filters may edit; empty when there are none
   */
  public void end(Headers trailers) {
    if (!failed) {
      first.end(trailers);
    }
  }

  /**
   * Goes on after {@link BodySink#later}, to the end or up to the next filter that waits.
   *
   * @param rest what was waited for
   * @param trailers those that the end came with
   */
  public void goOn(Consumer<BodySink> rest, Headers trailers) {
    Collecting stage = waiting;
    if (stage != null && !failed) {
      waiting = null;
      stage.goOn(rest, trailers);
    }
  }

  /** Whether a filter has failed, so that nothing comes out any more. */
  public boolean failed() {
    return failed;
  }

  /** Drops what is held. */
  public void discard() {
    failed = true;
    first.discard();
  }

  private Stage stage(BodyTreatment treatment, FailureCode tooLong, BodySink next) {
    return switch (treatment) {
      case BodyTreatment.Stream stream -> new Stage(stream.transform(), next);
      case BodyTreatment.Inspect inspect -> new Stage(inspect.transform(), next);
      case BodyTreatment.Beginning begin -> new Stage(begin.transform(), next);
      case BodyTreatment.Whole held ->
          new Collecting(held.transform(), next, held.maxBytes(), tooLong);
      case BodyTreatment.Pass _ -> throw new IllegalArgumentException("pass is no stage");
    };
  }

  /** Where the result goes; a failure ends all stages. */
  private final class End implements BodySink {
    private final BodySink sink;

    End(BodySink sink) {
      this.sink = sink;
    }

    @Override
    public void emit(ByteBuf bytes) {
      sink.emit(bytes);
    }

    @Override
    public void fail(Failure failure) {
      failed = true;
      sink.fail(failure);
    }

    @Override
    public void await(CompletionStage<Verdict> later) {
      if (!whole) {
        throw new IllegalStateException("a body that is not held goes on");
      }
      sink.await(later);
    }
  }

  private class Stage implements BodySink {
    final BodyTransform transform;
    final BodySink next;

    Stage(BodyTransform transform, BodySink next) {
      this.transform = transform;
      this.next = next;
    }

    @Override
    public void emit(ByteBuf bytes) {
      if (failed) {
        bytes.release();
        return;
      }
      give(bytes);
    }

    /**
     * Whatever the transform throws costs this exchange, and a chunk it did not take is dropped.
     */
    final void give(ByteBuf bytes) {
      try {
        transform.onChunk(bytes, sink());
      } catch (RuntimeException e) {
        if (bytes.refCnt() > 0) {
          bytes.release();
        }
        threw(e);
      }
    }

    /** Where the transform puts its chunks. */
    BodySink sink() {
      return next;
    }

    void end(Headers trailers) {
      finish(trailers);
    }

    final void finish(Headers trailers) {
      try {
        transform.onEnd(trailers, next);
      } catch (RuntimeException e) {
        threw(e);
      }
      passEnd(trailers);
    }

    final void threw(RuntimeException e) {
      fail(Failure.of(FailureCode.FILTER_FAILED, "a filter of the body threw " + e, e));
    }

    private void passEnd(Headers trailers) {
      if (!failed && next instanceof Stage following) {
        following.end(trailers);
      }
    }

    @Override
    public void fail(Failure failure) {
      failed = true;
      next.fail(failure);
    }

    @Override
    public void await(CompletionStage<Verdict> later) {
      next.await(later);
    }

    void discard() {
      if (next instanceof Stage following) {
        following.discard();
      }
    }
  }

  private final class Collecting extends Stage {
    private final int maxBytes;
    private final FailureCode tooLong;
    private @Nullable ByteBuf held;

    Collecting(BodyTransform transform, BodySink next, int maxBytes, FailureCode tooLong) {
      super(transform, next);
      this.maxBytes = maxBytes;
      this.tooLong = tooLong;
    }

    @Override
    public void emit(ByteBuf bytes) {
      if (failed) {
        bytes.release();
        return;
      }
      ByteBuf all = held == null ? Unpooled.buffer(bytes.readableBytes()) : held;
      held = all;
      if (all.readableBytes() + bytes.readableBytes() > maxBytes) {
        bytes.release();
        fail(Failure.of(tooLong, "body of more than " + maxBytes + " bytes for a filter to hold"));
        return;
      }
      all.writeBytes(bytes);
      bytes.release();
    }

    @Override
    void end(Headers trailers) {
      ByteBuf all = held == null ? Unpooled.buffer(0) : held;
      held = null;
      give(all);
      if (!failed && waiting == null) {
        finish(trailers);
      }
    }

    void goOn(Consumer<BodySink> rest, Headers trailers) {
      try {
        rest.accept(next);
      } catch (RuntimeException e) {
        threw(e);
      }
      if (!failed) {
        finish(trailers);
      }
    }

    @Override
    BodySink sink() {
      return new Patient(this);
    }

    @Override
    void discard() {
      if (held != null) {
        held.release();
        held = null;
      }
      super.discard();
    }
  }

  /** Where a filter that holds a whole body puts it; it alone can put it there later. */
  private final class Patient implements BodySink {
    private final Collecting stage;

    Patient(Collecting stage) {
      this.stage = stage;
    }

    @Override
    public void emit(ByteBuf bytes) {
      stage.next.emit(bytes);
    }

    @Override
    public void fail(Failure failure) {
      stage.next.fail(failure);
    }

    @Override
    public void await(CompletionStage<Verdict> later) {
      stage.next.await(later);
    }

    @Override
    public void later(CompletionStage<Consumer<BodySink>> rest) {
      last.later(rest);
      waiting = stage;
    }
  }
}
