package dev.yumen.dataplane.chain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BodyPipeTest {
  private final List<ByteBuf> made = new ArrayList<>();
  private final StringBuilder out = new StringBuilder();
  private final List<Failure> failures = new ArrayList<>();

  private final BodySink end =
      new BodySink() {
        @Override
        public void emit(ByteBuf bytes) {
          out.append(bytes.toString(UTF_8));
          bytes.release();
        }

        @Override
        public void fail(Failure failure) {
          failures.add(failure);
        }
      };

  private ByteBuf buffer(String text) {
    ByteBuf buffer = Unpooled.copiedBuffer(text, UTF_8);
    made.add(buffer);
    return buffer;
  }

  private BodyTransform edit(String last, UnaryOperator<String> edit) {
    return new BodyTransform() {
      @Override
      public void onChunk(ByteBuf chunk, BodySink next) {
        String text = chunk.toString(UTF_8);
        chunk.release();
        next.emit(buffer(edit.apply(text)));
      }

      @Override
      public void onEnd(BodySink next) {
        next.emit(buffer(last));
      }
    };
  }

  private BodyPipe pipe(BodyTreatment... treatments) {
    return Objects.requireNonNull(
        BodyPipe.of(List.of(treatments), FailureCode.PAYLOAD_TOO_LARGE, end));
  }

  @AfterEach
  void nothingIsLost() {
    for (ByteBuf buffer : made) {
      assertEquals(0, buffer.refCnt());
    }
  }

  @Test
  void nobodyNeedsNoPipe() {
    assertNull(BodyPipe.of(List.of(), FailureCode.PAYLOAD_TOO_LARGE, end));
  }

  @Test
  void chunksPassInOrderAndEndsFollowThem() {
    BodyPipe pipe =
        pipe(
            new BodyTreatment.Stream(edit("1", text -> "<" + text + ">")),
            new BodyTreatment.Stream(edit("2", text -> "[" + text + "]")));
    pipe.chunk(buffer("a"));
    pipe.chunk(buffer("b"));
    assertEquals("[<a>][<b>]", out.toString());
    pipe.end(new HeadTable());
    assertEquals("[<a>][<b>][1]2", out.toString());
    assertFalse(pipe.keepsLength());
    assertFalse(pipe.whole());
  }

  @Test
  void aHeldBodyPassesAsOneChunk() {
    BodyPipe pipe =
        pipe(
            new BodyTreatment.Stream(edit("1", text -> "<" + text + ">")),
            new BodyTreatment.Whole(100, edit("2", text -> "[" + text + "]")));
    pipe.chunk(buffer("a"));
    pipe.chunk(buffer("b"));
    assertEquals("", out.toString());
    pipe.end(new HeadTable());
    assertEquals("[<a><b>1]2", out.toString());
    assertTrue(pipe.whole());
  }

  @Test
  void anEmptyBodyIsHeldAsAnEmptyChunk() {
    BodyPipe pipe = pipe(new BodyTreatment.Whole(1, edit("!", text -> "[" + text + "]")));
    pipe.end(new HeadTable());
    assertEquals("[]!", out.toString());
  }

  @Test
  void watchingKeepsTheLength() {
    BodyPipe pipe = pipe(new BodyTreatment.Inspect((chunk, next) -> next.emit(chunk)));
    pipe.chunk(buffer("ab"));
    pipe.end(new HeadTable());
    assertEquals("ab", out.toString());
    assertTrue(pipe.keepsLength());
  }

  @Test
  void aBodyTooLongToHoldFailsOnceAndTheRestIsDropped() {
    BodyPipe pipe = pipe(new BodyTreatment.Whole(3, edit("!", text -> text)));
    pipe.chunk(buffer("abc"));
    pipe.chunk(buffer("d"));
    pipe.chunk(buffer("e"));
    pipe.end(new HeadTable());
    pipe.discard();
    assertEquals("", out.toString());
    assertEquals(1, failures.size());
    assertEquals(FailureCode.PAYLOAD_TOO_LARGE, failures.getFirst().code());
  }

  @Test
  void whatIsThrownIsAFailureAndTheChunkIsReleased() {
    BodyPipe pipe =
        pipe(
            new BodyTreatment.Stream(
                (chunk, next) -> {
                  throw new IllegalStateException("boom");
                }));
    pipe.chunk(buffer("a"));
    pipe.chunk(buffer("b"));
    pipe.end(new HeadTable());
    assertEquals(1, failures.size());
    assertEquals(FailureCode.FILTER_FAILED, failures.getFirst().code());
    assertNotNull(failures.getFirst().cause());
  }

  @Test
  void afterAFailureNothingPasses() {
    BodyPipe pipe =
        pipe(
            new BodyTreatment.Stream(
                (chunk, next) -> {
                  chunk.release();
                  next.fail(Failure.of(FailureCode.FORBIDDEN, "no"));
                }),
            new BodyTreatment.Whole(10, edit("!", text -> text)));
    pipe.chunk(buffer("a"));
    pipe.chunk(buffer("b"));
    pipe.end(new HeadTable());
    assertEquals("", out.toString());
    assertEquals(1, failures.size());
  }

  @Test
  void whatIsHeldCanBeDropped() {
    BodyPipe pipe = pipe(new BodyTreatment.Whole(10, edit("!", text -> text)));
    pipe.chunk(buffer("a"));
    pipe.discard();
    pipe.chunk(buffer("b"));
    pipe.end(new HeadTable());
    assertEquals("", out.toString());
  }

  /** The end of an answer, which can wait. */
  private final class PatientEnd implements BodySink {
    private final List<CompletionStage<Consumer<BodySink>>> waits = new ArrayList<>();

    @Override
    public void emit(ByteBuf bytes) {
      end.emit(bytes);
    }

    @Override
    public void fail(Failure failure) {
      end.fail(failure);
    }

    @Override
    public void later(CompletionStage<Consumer<BodySink>> rest) {
      waits.add(rest);
    }

    void goOn(BodyPipe pipe, int wait) {
      pipe.goOn(waits.get(wait).toCompletableFuture().join(), new HeadTable());
    }
  }

  private BodyTransform late(String name) {
    return new BodyTransform() {
      @Override
      public void onChunk(ByteBuf chunk, BodySink next) {
        String text = chunk.toString(UTF_8);
        chunk.release();
        next.later(
            CompletableFuture.completedStage(sink -> sink.emit(buffer(name + "(" + text + ")"))));
      }

      @Override
      public void onEnd(BodySink next) {
        next.emit(buffer("/" + name));
      }
    };
  }

  @Test
  void whatComesLaterComesBeforeTheEnd() {
    PatientEnd patient = new PatientEnd();
    BodyPipe pipe =
        Objects.requireNonNull(
            BodyPipe.of(
                List.of(
                    new BodyTreatment.Whole(100, late("a")),
                    new BodyTreatment.Stream(edit("2", text -> "[" + text + "]")),
                    new BodyTreatment.Whole(100, late("b"))),
                FailureCode.ANSWER_REFUSED,
                patient));
    pipe.chunk(buffer("x"));
    pipe.end(new HeadTable());
    assertEquals("", out.toString());
    patient.goOn(pipe, 0);
    assertEquals("", out.toString());
    patient.goOn(pipe, 1);
    assertEquals("b([a(x)][/a]2)/b", out.toString());
    patient.goOn(pipe, 1);
    assertEquals("b([a(x)][/a]2)/b", out.toString(), "once");
  }

  @Test
  void whatComesTooLateIsDropped() {
    PatientEnd patient = new PatientEnd();
    BodyPipe pipe =
        Objects.requireNonNull(
            BodyPipe.of(
                List.of(new BodyTreatment.Whole(100, late("a"))),
                FailureCode.ANSWER_REFUSED,
                patient));
    pipe.chunk(buffer("x"));
    pipe.end(new HeadTable());
    pipe.discard();
    patient.goOn(pipe, 0);
    assertEquals("", out.toString());
  }

  @Test
  void onlyAnAnswerThatIsHeldCanWait() {
    for (BodyTreatment treatment :
        List.of(new BodyTreatment.Stream(late("a")), new BodyTreatment.Whole(100, late("a")))) {
      BodyPipe pipe = pipe(treatment);
      pipe.chunk(buffer("x"));
      pipe.end(new HeadTable());
      assertEquals(FailureCode.FILTER_FAILED, failures.removeLast().code());
    }
    assertEquals("", out.toString());
  }
}
