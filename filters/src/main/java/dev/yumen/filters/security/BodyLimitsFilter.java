package dev.yumen.filters.security;

import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Verdict;
import dev.yumen.filters.body.MediaType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses bodies of requests that are made to cost their readers much: deep, wide or long JSON, and
 * XML that grows or reads other files. Nothing is held: a body is read as it passes.
 *
 * <p>What a body is, its {@code Content-Type} says. Since a service may not believe it, a body of
 * another type, or of none, is read by how it begins.
 */
public final class BodyLimitsFilter implements BodyFilter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "body-limits", Config.class, (config, context) -> new BodyLimitsFilter(config));

  private static final Set<String> READABLE = Set.of("utf-8", "us-ascii");

  /** What becomes of bodies that are called neither JSON nor XML. */
  public enum OtherTypes {
    /** They are held against the limits of what they begin like. */
    INSPECT,
    /** They pass. */
    PASS,
    /** They are refused. */
    REFUSE
  }

  /** The limits. */
  @Describe("Refuses bodies in JSON and XML that are made to cost their readers much.")
  public record Config(
      @Describe("What a body in JSON may hold.") @Default("{}") JsonLimits.Config json,
      @Describe("What a body in XML may hold.") @Default("{}") XmlLimits.Config xml,
      @Describe(
              "What becomes of bodies that are called neither JSON nor XML: inspect holds them"
                  + " against the limits of what they begin like, pass lets them through, refuse is"
                  + " 403.")
          @Default("inspect")
          OtherTypes otherTypes) {}

  private final Config config;

  private BodyLimitsFilter(Config config) {
    this.config = config;
  }

  private enum Kind {
    JSON,
    XML,
    OTHER
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Headers headers = exchange.request().headers();
    List<String> types = headers.all("content-type");
    if (types.size() > 1) {
      return refuse("Content-Type twice");
    }
    if (headers.contains("content-encoding") && hasBody(headers)) {
      return refuse("a body with Content-Encoding, which is not read here");
    }
    MediaType type = types.isEmpty() ? MediaType.NONE : MediaType.of(types.getFirst());
    if (kind(type) != Kind.OTHER && !type.isIn(READABLE)) {
      return refuse("a charset other than UTF-8");
    }
    boolean refused = config.otherTypes == OtherTypes.REFUSE && kind(type) == Kind.OTHER;
    return refused && hasBody(headers)
        ? Verdict.fail(FailureCode.FORBIDDEN, "body-limits: neither JSON nor XML")
        : Verdict.proceed();
  }

  private static Verdict refuse(String why) {
    return Verdict.fail(FailureCode.BAD_REQUEST, "body-limits: " + why);
  }

  private static boolean hasBody(Headers headers) {
    String length = headers.first("content-length");
    return length != null ? !length.equals("0") : headers.contains("transfer-encoding");
  }

  private static Kind kind(MediaType type) {
    if (type.isGrpc()) {
      return Kind.OTHER;
    }
    return type.isJson() ? Kind.JSON : type.isXml() ? Kind.XML : Kind.OTHER;
  }

  @Override
  public BodyTreatment requestBody(Exchange exchange) {
    String named = exchange.request().headers().first("content-type");
    MediaType type = named == null ? MediaType.NONE : MediaType.of(named);
    Kind kind = kind(type);
    // Messages of gRPC begin like this and that by chance.
    boolean passes =
        config.otherTypes == OtherTypes.PASS
            || (config.otherTypes == OtherTypes.INSPECT && type.isGrpc());
    if (kind == Kind.OTHER && passes) {
      return BodyTreatment.pass();
    }
    return new BodyTreatment.Inspect(new Watch(kind));
  }

  private @Nullable BodyReader reader(Kind kind) {
    return switch (kind) {
      case JSON -> new JsonLimits(config.json);
      case XML -> new XmlLimits(config.xml);
      case OTHER -> null;
    };
  }

  /**
   * Reads one body as it passes. Its last byte goes on only when all of it was read, so that nobody
   * takes a body for complete that is refused at its end.
   */
  private final class Watch implements BodyTransform {
    private final boolean refusesOthers;
    private boolean undecided;
    private @Nullable BodyReader reader;
    private long read;
    private int last = -1;

    Watch(Kind kind) {
      reader = reader(kind);
      undecided = kind == Kind.OTHER;
      refusesOthers = undecided && config.otherTypes == OtherTypes.REFUSE;
    }

    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      for (int at = chunk.readerIndex(); at < chunk.writerIndex(); at++) {
        String wrong = next(chunk.getByte(at));
        if (wrong != null) {
          chunk.release();
          fail(out, wrong);
          return;
        }
      }
      if (!chunk.isReadable()) {
        chunk.release();
        return;
      }
      emitLast(out);
      if (reader != null || undecided) {
        last = chunk.getUnsignedByte(chunk.writerIndex() - 1);
        chunk.writerIndex(chunk.writerIndex() - 1);
      }
      if (chunk.isReadable()) {
        out.emit(chunk);
      } else {
        chunk.release();
      }
    }

    private void emitLast(BodySink out) {
      if (last >= 0) {
        out.emit(Unpooled.buffer(1).writeByte(last));
        last = -1;
      }
    }

    private @Nullable String next(byte octet) {
      read++;
      if (refusesOthers) {
        return "neither JSON nor XML";
      }
      if (undecided && !mayPrecede(octet)) {
        undecided = false;
        reader = reader(begins(octet));
      }
      return reader == null ? null : reader.read(octet);
    }

    @Override
    public void onEnd(BodySink out) {
      String wrong = reader == null || read == 0 ? null : reader.end();
      if (wrong == null) {
        emitLast(out);
      } else {
        fail(out, wrong);
      }
    }

    private void fail(BodySink out, String wrong) {
      out.fail(Failure.of(FailureCode.BAD_REQUEST, "body-limits: at byte " + read + " " + wrong));
    }
  }

  /** White space, and what a byte order mark or UTF-16 puts in front of the first character. */
  private static boolean mayPrecede(byte octet) {
    return switch (octet & 0xff) {
      case ' ', '\t', '\n', '\r', 0x00, 0xef, 0xbb, 0xbf, 0xfe, 0xff -> true;
      default -> false;
    };
  }

  private static Kind begins(byte octet) {
    return octet == '{' || octet == '[' ? Kind.JSON : octet == '<' ? Kind.XML : Kind.OTHER;
  }
}
