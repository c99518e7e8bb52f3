package dev.yumen.filters.validate;

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
import dev.yumen.api.Flaw;
import dev.yumen.api.Headers;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.RequestHead;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.SlowChecks;
import dev.yumen.filters.body.MediaType;
import dev.yumen.filters.security.JsonLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that do not keep to an OpenAPI document or to a JSON Schema. A body that is
 * short is checked on the event loop, one that is long or turns out to cost much on threads for
 * that (filters/RATIONALE.md#validation).
 */
public final class ValidateFilter implements BodyFilter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("validate", Config.class, ValidateFilter::new);

  /** What becomes of something that the document does not know. */
  public enum Unknown {
    PASS,
    REFUSE
  }

  /** What is done with answers. */
  public enum Responses {
    /** Nothing. */
    OFF,
    /** What does not keep to the document is counted and logged, and passes. */
    REPORT
  }

  /** By what requests are checked. */
  @Describe("Refuses requests that do not keep to an OpenAPI document or to a JSON Schema.")
  public record Config(
      @Describe("OpenAPI document, version 3.0 or 3.1, in YAML or JSON.")
          @Nullable InputFile openapi,
      @Describe("JSON Schema of bodies, draft 2020-12 or 7, in JSON or YAML.")
          @Nullable InputFile jsonSchema,
      @Describe("Further files that $ref in these may lead to.") List<InputFile> files,
      @Describe(
              "Path in front of all paths of the document, such as /api; without it that of the"
                  + " first of its servers.")
          @Nullable String base,
      @Describe("Operations that the document does not know: refuse is 404 or 405.")
          @Default("refuse")
          Unknown unknown,
      @Describe("Query parameters that the document does not know: refuse is 400.") @Default("pass")
          Unknown unknownQuery,
      @Describe("Most bytes of a body in JSON; more are 413.") @Default("256KiB") DataSize maxBody,
      @Describe("What a body in JSON may hold, as of body-limits.") @Default("{}")
          JsonLimits.Config json,
      @Describe("Most flaws that an answer tells, 1 to 100.") @Default("10") int maxErrors,
      @Describe("Answers: report counts and logs those that do not keep to the document.")
          @Default("off")
          Responses responses) {

    private static final int MOST_ERRORS = 100;
    private static final long LARGEST = 16 << 20;

    public Config {
      files = List.copyOf(files);
      if ((openapi == null) == (jsonSchema == null)) {
        throw InvalidValue.found(
            "", openapi == null ? "no document" : "two documents", "openapi or json-schema");
      }
      if (maxBody.bytes() < 1 || maxBody.bytes() > LARGEST) {
        throw new InvalidValue("max-body", maxBody, "1B to 16MiB");
      }
      if (maxErrors < 1 || maxErrors > MOST_ERRORS) {
        throw new InvalidValue("max-errors", maxErrors, "1 to " + MOST_ERRORS);
      }
      if (base != null && !base.startsWith("/")) {
        throw new InvalidValue("base", base, "a path that begins with /");
      }
      if (responses == Responses.REPORT && openapi == null) {
        throw InvalidValue.found(
            "responses", "report", "an OpenAPI document, which describes them");
      }
    }
  }

  /** Bodies up to this are checked on the event loop: about 300 µs. */
  private static final int SHORT = 8 << 10;

  private static final int STEPS_ON_LOOP = 5_000;
  private static final int STEPS = 1_000_000;
  private static final Set<String> UTF_8 = Set.of("utf-8");
  private static final int WAITING = 256;
  private static final Flaw UNTYPED = new Flaw("header", "/content-type", "required");
  private static final Flaw NO_BODY = new Flaw("body", "", "required");

  private final Config config;
  private final Operations operations;
  private final BodyCheck bodies;
  private final SlowChecks threads;
  private final @Nullable ResponseReport report;
  private final Map<String, FilterContext.Counter> counters;
  private final Key<Operation> found = Key.of("validate");

  private ValidateFilter(Config config, FilterContext context) {
    this.config = config;
    operations = operations(config);
    bodies = new BodyCheck(config.json, config.maxErrors);
    threads = SlowChecks.of(context, "validate", WAITING);
    report =
        config.responses == Responses.REPORT
            ? new ResponseReport(context, bodies, threads, config.maxBody.toInt())
            : null;
    counters =
        Map.of(
            "valid", counter(context, "valid"),
            "unknown", counter(context, "unknown"),
            "path", counter(context, "path"),
            "query", counter(context, "query"),
            "header", counter(context, "header"),
            "cookie", counter(context, "cookie"),
            "body", counter(context, "body"),
            "busy", counter(context, "busy"));
  }

  private static FilterContext.Counter counter(FilterContext context, String result) {
    return context.counter(
        "gateway_validated_requests",
        "Requests held against a description, by what was found.",
        List.of("route", context.routeId(), "result", result));
  }

  private static Operations operations(Config config) {
    if (config.openapi != null) {
      Documents documents = new Documents("openapi", config.openapi, config.files);
      return OpenApi.read(documents, Documents.root(config.openapi), config.base);
    }
    InputFile file = Objects.requireNonNull(config.jsonSchema);
    Documents documents = new Documents("json-schema", file, config.files);
    Place root = Documents.root(file);
    Check check = Schemas.ofJsonSchema(documents, documents.find(root).node()).compile(root);
    List<BodyRule.Kind> kinds = List.of(new BodyRule.Kind(BodyRule.Kind.ANY_JSON, check));
    return Operations.always(operation(true, kinds), operation(false, kinds));
  }

  private static Operation operation(boolean required, List<BodyRule.Kind> kinds) {
    return new Operation(List.of(), Set.of(), new BodyRule(required, kinds), Map.of());
  }

  private void count(String result) {
    FilterContext.Counter counter = counters.get(result);
    if (counter != null) {
      counter.add(1);
    }
  }

  // ---- the head ----

  @Override
  public Verdict onRequest(Exchange exchange) {
    RequestHead request = exchange.request();
    return switch (operations.find(request.method(), request.path())) {
      case Operations.Found.Known known -> {
        exchange.put(found, known.operation());
        Parts parts = new Parts(known.variables(), request.query(), request.headers());
        yield head(known.operation(), parts, request);
      }
      case Operations.Found.NoPath _ ->
          unknown(Failure.of(FailureCode.NOT_FOUND, "validate: a path that is not described"));
      case Operations.Found.NoMethod other ->
          unknown(
              Failure.of(FailureCode.METHOD_NOT_ALLOWED, "validate: a method that is not described")
                  .header("Allow", String.join(", ", other.others())));
    };
  }

  private Verdict unknown(Failure failure) {
    count("unknown");
    return config.unknown == Unknown.PASS ? Verdict.proceed() : Verdict.fail(failure);
  }

  private Verdict head(Operation operation, Parts parts, RequestHead request) {
    List<Flaw> flaws = new ArrayList<>();
    for (Parameter parameter : operation.parameters()) {
      parameter.check(parts, flaws);
    }
    if (config.unknownQuery == Unknown.REFUSE) {
      for (String name : parts.queryNames()) {
        if (!operation.queryNames().contains(name)) {
          flaws.add(new Flaw("query", "/" + Place.escaped(shortened(name)), "unknown"));
        }
      }
    }
    BodyRule rule = operation.body();
    if (rule != null) {
      flaws.addAll(bodyHead(rule, request));
    }
    if (!flaws.isEmpty()) {
      return Verdict.fail(invalid(flaws));
    }
    if (rule == null) {
      count("valid");
    } else if (isLonger(request.headers())) {
      return Verdict.fail(FailureCode.PAYLOAD_TOO_LARGE, "validate: more than max-body");
    }
    return Verdict.proceed();
  }

  private static String shortened(String name) {
    return name.length() <= 100 ? name : name.substring(0, 100) + "…";
  }

  /** What the head tells of a body. */
  private static List<Flaw> bodyHead(BodyRule rule, RequestHead request) {
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

  private boolean isLonger(Headers headers) {
    String length = headers.first("content-length");
    return length != null && Long.parseLong(length) > config.maxBody.bytes();
  }

  private Failure invalid(List<Flaw> flaws) {
    List<Flaw> told = flaws.size() > config.maxErrors ? flaws.subList(0, config.maxErrors) : flaws;
    Flaw first = told.getFirst();
    count(first.in());
    String detail =
        "validate: %d flaws, first in %s at \"%s\": %s"
            .formatted(told.size(), first.in(), first.pointer(), first.rule());
    return Failure.of(FailureCode.REQUEST_INVALID, detail).flaws(told);
  }

  // ---- the body ----

  @Override
  public BodyTreatment requestBody(Exchange exchange) {
    Operation operation = exchange.get(found);
    BodyRule rule = operation == null ? null : operation.body();
    if (rule == null) {
      return BodyTreatment.pass();
    }
    String type = exchange.request().headers().first("content-type");
    MediaType media = type == null ? MediaType.NONE : MediaType.of(type);
    BodyRule.Kind kind = rule.kind(media);
    Check check = kind == null || !media.isJson() ? null : kind.check();
    return check == null
        ? new BodyTreatment.Inspect(new Presence(rule, type != null))
        : new BodyTreatment.Whole(config.maxBody.toInt(), new Held(rule, check));
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
        out.fail(invalid(List.of(UNTYPED)));
      } else {
        out.emit(chunk);
      }
    }

    @Override
    public void onEnd(BodySink out) {
      if (any || !rule.required()) {
        count("valid");
      } else {
        out.fail(invalid(List.of(NO_BODY)));
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
        out.fail(invalid(flaws));
        return;
      }
      out.emit(chunk);
      if (flaws == null) {
        elsewhere(body, out);
      } else {
        count("valid");
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
          threads.prove(ValidateFilter.this, new Object(), () -> verdict(body));
      if (verdict == null) {
        count("busy");
        out.fail(Failure.of(FailureCode.OVERLOADED, "validate: too many bodies wait"));
      } else {
        out.await(verdict);
      }
    }

    private Verdict verdict(byte[] body) {
      List<Flaw> flaws = bodies.flaws(body, check, Check.Side.REQUEST, STEPS);
      if (flaws == null) {
        return Verdict.fail(invalid(List.of(new Flaw("body", "", "limit"))));
      }
      if (!flaws.isEmpty()) {
        return Verdict.fail(invalid(flaws));
      }
      count("valid");
      return Verdict.proceed();
    }
  }

  // ---- answers ----

  @Override
  public BodyTreatment responseBody(Exchange exchange, ResponseHead response) {
    Operation operation = exchange.get(found);
    return report == null || operation == null
        ? BodyTreatment.pass()
        : report.watch(operation, exchange, response);
  }
}
