package dev.yumen.filters.mask;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hides what is personal in answers: in JSON by place and by form, in other texts by form. An
 * answer is masked as a whole or, when that can not be done, refused; one that is half masked is
 * never sent for a whole one.
 */
public final class DataMaskFilter implements BodyFilter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("data-mask", Config.class, DataMaskFilter::new);

  /** What becomes of answers that can not be masked. */
  public enum Unmaskable {
    /** They are 502. */
    REFUSE,
    /** They pass as they are. */
    PASS
  }

  /** What is hidden. */
  @Describe("Hides what is personal in answers.")
  public record Config(
      @Describe("What is hidden; applied one after the other.") List<MaskRule> rules,
      @Describe("One character that stands for every hidden one.") @Default("'*'") String mask,
      @Describe("Most bytes of JSON, or of a line of text, that are held to be masked.")
          @Default("256KiB")
          DataSize maxBody,
      @Describe(
              "Answers in JSON or text that can not be masked, as compressed, too long or malformed"
                  + " ones: refuse is 502, pass sends them as they are.")
          @Default("refuse")
          Unmaskable unmaskable) {

    private static final long LARGEST = 16 << 20;

    public Config {
      rules = List.copyOf(rules);
      if (rules.isEmpty()) {
        throw InvalidValue.found("rules", "no rules", "at least one rule");
      }
      if (mask.length() != 1 || mask.charAt(0) <= ' ' || Character.isSurrogate(mask.charAt(0))) {
        throw new InvalidValue("mask", mask, "one visible character");
      }
      if (maxBody.bytes() < 1 || maxBody.bytes() > LARGEST) {
        throw new InvalidValue("max-body", maxBody, "1B to 16MiB");
      }
    }
  }

  /** In these, digits, letters and line ends are the bytes of ASCII. */
  private static final Set<String> CHARSETS =
      Set.of(
          "utf-8",
          "us-ascii",
          "iso-8859-1",
          "iso-8859-15",
          "windows-1252",
          "gbk",
          "gb2312",
          "gb18030",
          "big5");

  private static final Set<String> TEXTS =
      Set.of(
          "application/javascript",
          "application/x-www-form-urlencoded",
          "application/xml",
          "application/yaml");

  /** RFC 9110 §8.3.1. */
  private static final Pattern TYPE_OF_MEDIA =
      Pattern.compile("\\s*[\\w!#$%&'*+.^`|~-]+/[\\w!#$%&'*+.^`|~-]+\\s*(;.*)?");

  private static final Set<String> LINES_OF_JSON =
      Set.of("application/x-ndjson", "application/ndjson", "application/jsonl");

  private final Masking masking;
  private final int most;
  private final boolean passes;
  private final FilterContext.Counter masked;
  private final FilterContext.Counter refused;
  private final FilterContext.Counter passed;

  private DataMaskFilter(Config config, FilterContext context) {
    masking = new Masking(config.rules, config.mask.charAt(0));
    most = config.maxBody.toInt();
    passes = config.unmaskable == Unmaskable.PASS;
    masked = counter(context, "masked");
    refused = counter(context, "refused");
    passed = counter(context, "passed");
  }

  private static FilterContext.Counter counter(FilterContext context, String result) {
    return context.counter(
        "gateway_masked_answers",
        "Answers in which something might be hidden, by what became of them.",
        List.of("route", context.routeId(), "result", result));
  }

  private enum Kind {
    JSON,
    LINES_OF_JSON,
    TEXT,
    /** Of no type: JSON if it can be read so. */
    UNTYPED,
    OTHER
  }

  /** Asks for whole answers that are not compressed: nothing else can be looked into. */
  @Override
  public Verdict onRequest(Exchange exchange) {
    exchange
        .request()
        .headers()
        .set("accept-encoding", "identity")
        .remove("range")
        .remove("if-range");
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Headers headers = response.headers();
    if (kind(headers) == Kind.OTHER) {
      return Verdict.proceed();
    }
    String why = hasBody(exchange, response) ? unmaskable(response) : null;
    if (why != null && !passes) {
      refused.add(1);
      return Verdict.fail(FailureCode.UPSTREAM_PROTOCOL, "data-mask: " + why);
    }
    if (why == null) {
      correct(headers);
    }
    return Verdict.proceed();
  }

  private static boolean hasBody(Exchange exchange, ResponseHead response) {
    int status = response.status();
    return !exchange.request().method().equals("HEAD") && status != 204 && status != 304;
  }

  /** Fields that speak of the bytes that were (RFC 9110 §8.8.3, RFC 9530). */
  private static void correct(Headers headers) {
    String tag = headers.first("etag");
    if (tag != null && !tag.startsWith("W/")) {
      headers.set("ETag", "W/" + tag);
    }
    headers.remove("accept-ranges");
    removeDigests(headers);
  }

  static void removeDigests(Headers fields) {
    fields.remove("content-digest").remove("repr-digest").remove("digest").remove("content-md5");
  }

  /** Why an answer can not be masked, as far as its head tells; null when it may be. */
  private @Nullable String unmaskable(ResponseHead response) {
    Headers headers = response.headers();
    if (headers.all("content-encoding").stream()
        .anyMatch(encoding -> !encoding.strip().equalsIgnoreCase("identity"))) {
      return "a compressed answer";
    }
    if (response.status() == 206) {
      return "a part of an answer";
    }
    if (charset(headers) == null) {
      return "an unknown charset";
    }
    String length = headers.first("content-length");
    boolean held = kind(headers) == Kind.JSON || kind(headers) == Kind.UNTYPED;
    return held && length != null && Long.parseLong(length) > most ? "more than max-body" : null;
  }

  @Override
  public BodyTreatment responseBody(Exchange exchange, ResponseHead response) {
    Kind kind = kind(response.headers());
    Charset charset = charset(response.headers());
    if (kind == Kind.OTHER || !hasBody(exchange, response)) {
      return BodyTreatment.pass();
    }
    if (charset == null || unmaskable(response) != null) {
      passed.add(1);
      return BodyTreatment.pass();
    }
    return switch (kind) {
      case JSON -> new BodyTreatment.Whole(most, new Held(masking::json));
      case UNTYPED -> new BodyTreatment.Whole(most, new Held(this::untyped));
      case LINES_OF_JSON -> lines(this::jsonLine);
      case TEXT -> lines(new TextLines(charset));
      case OTHER -> throw new IllegalStateException("passed before");
    };
  }

  private BodyTreatment lines(Function<byte[], byte @Nullable []> line) {
    masked.add(1);
    return new BodyTreatment.Stream(new LineMasking(line, most));
  }

  /** Null for none, several, and what is no type: readers would have to guess, and might differ. */
  private static @Nullable String type(Headers headers) {
    List<String> types = headers.all("content-type");
    return types.size() == 1 && TYPE_OF_MEDIA.matcher(types.getFirst()).matches()
        ? types.getFirst()
        : null;
  }

  private static Kind kind(Headers headers) {
    String type = type(headers);
    if (type == null) {
      return Kind.UNTYPED;
    }
    int end = type.indexOf(';');
    String media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    if (LINES_OF_JSON.contains(media)) {
      return Kind.LINES_OF_JSON;
    }
    if (media.endsWith("/json") || media.endsWith("+json") || media.endsWith("json-seq")) {
      return Kind.JSON;
    }
    boolean part = media.startsWith("multipart/");
    boolean text =
        part || media.startsWith("text/") || media.endsWith("+xml") || TEXTS.contains(media);
    return text ? Kind.TEXT : Kind.OTHER;
  }

  /** The charset that a head tells, UTF-8 when it tells none; null for one that can not be read. */
  private static @Nullable Charset charset(Headers headers) {
    String type = type(headers);
    String[] parameters = type == null ? new String[0] : type.split(";", -1);
    for (int i = 1; i < parameters.length; i++) {
      int equals = parameters[i].indexOf('=');
      if (equals > 0 && parameters[i].substring(0, equals).strip().equalsIgnoreCase("charset")) {
        String name =
            parameters[i].substring(equals + 1).strip().replace("\"", "").toLowerCase(Locale.ROOT);
        return CHARSETS.contains(name) && Charset.isSupported(name) ? Charset.forName(name) : null;
      }
    }
    return UTF_8;
  }

  /** A line that is not of its charset is taken byte by byte, so that nothing of it is lost. */
  private byte[] text(byte[] line, Charset charset) {
    try {
      CharBuffer text = charset.newDecoder().decode(ByteBuffer.wrap(line));
      return masking.text(text.toString()).getBytes(charset);
    } catch (CharacterCodingException _) {
      return masking.text(new String(line, ISO_8859_1)).getBytes(ISO_8859_1);
    }
  }

  private byte @Nullable [] untyped(byte[] body) {
    byte[] result = masking.json(body);
    return result == null ? new TextLines(UTF_8).apply(body) : result;
  }

  /** Whether readers take it for UTF-16 whatever its head says (WHATWG Encoding §6.1). */
  private static boolean hasMarkOfUtf16(byte[] text) {
    return text.length > 1
        && ((text[0] == (byte) 0xfe && text[1] == (byte) 0xff)
            || (text[0] == (byte) 0xff && text[1] == (byte) 0xfe));
  }

  /** The lines of one answer. */
  private final class TextLines implements Function<byte[], byte @Nullable []> {
    private final Charset charset;
    private boolean begun;

    TextLines(Charset charset) {
      this.charset = charset;
    }

    @Override
    public byte @Nullable [] apply(byte[] line) {
      boolean marked = !begun && hasMarkOfUtf16(line);
      begun = true;
      return marked ? null : text(line, charset);
    }
  }

  private byte @Nullable [] jsonLine(byte[] line) {
    int end = line.length > 0 && line[line.length - 1] == '\n' ? 1 : 0;
    byte[] result = masking.json(line);
    if (result == null || end == 0) {
      return result;
    }
    byte[] ended = Arrays.copyOf(result, result.length + 1);
    ended[result.length] = '\n';
    return ended;
  }

  /** What is held as a whole. */
  private final class Held implements BodyTransform {
    private final Function<byte[], byte @Nullable []> way;

    Held(Function<byte[], byte @Nullable []> way) {
      this.way = way;
    }

    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      byte[] body = ByteBufUtil.getBytes(chunk);
      byte[] result = body.length == 0 ? body : way.apply(body);
      if (result != null) {
        chunk.release();
        masked.add(1);
        out.emit(Unpooled.wrappedBuffer(result));
      } else if (passes) {
        passed.add(1);
        out.emit(chunk);
      } else {
        chunk.release();
        refused.add(1);
        out.fail(Failure.of(FailureCode.UPSTREAM_PROTOCOL, "data-mask: no JSON"));
      }
    }

    @Override
    public void onEnd(Headers trailers, BodySink out) {
      removeDigests(trailers);
    }
  }
}
