package dev.yumen.filters.validate;

import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Flaw;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.RequestHead;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.SlowChecks;
import dev.yumen.filters.security.JsonLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that do not keep to an OpenAPI document or to a JSON Schema. A body that is
 * short is checked on the event loop, one that is long or turns out to cost much on threads for
 * that (filters/RATIONALE.md#validation).
 */
public final class ValidateFilter implements BodyFilter, Explains {
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

  private static final int WAITING = 256;

  private final Config config;
  private final Operations operations;
  private final Outcomes outcomes;
  private final RequestBodies bodies;
  private final @Nullable ResponseReport report;
  private final Key<Operation> found = Key.of("validate");

  private ValidateFilter(Config config, FilterContext context) {
    this.config = config;
    operations = operations(config);
    outcomes = new Outcomes(context, config.maxErrors);
    BodyCheck check = new BodyCheck(config.json, config.maxErrors);
    SlowChecks threads = SlowChecks.of(context, "validate", WAITING);
    int most = config.maxBody.toInt();
    bodies = new RequestBodies(check, threads, outcomes, most);
    report =
        config.responses == Responses.REPORT
            ? new ResponseReport(context, check, threads, most)
            : null;
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

  @Override
  public Verdict onRequest(Exchange exchange) {
    return judge(exchange, outcomes);
  }

  @Override
  public Effect explain(Exchange exchange) {
    return Effect.sure(judge(exchange, outcomes.uncounted()));
  }

  private Verdict judge(Exchange exchange, Outcomes into) {
    RequestHead request = exchange.request();
    return switch (operations.find(request.method(), request.path())) {
      case Operations.Found.Known known -> {
        exchange.put(found, known.operation());
        Parts parts = new Parts(known.variables(), request.query(), request.headers());
        yield head(known.operation(), parts, request, into);
      }
      case Operations.Found.NoPath _ ->
          unknown(
              Failure.of(FailureCode.NOT_FOUND, "validate: a path that is not described"), into);
      case Operations.Found.NoMethod other ->
          unknown(
              Failure.of(FailureCode.METHOD_NOT_ALLOWED, "validate: a method that is not described")
                  .header("Allow", String.join(", ", other.others())),
              into);
    };
  }

  private Verdict unknown(Failure failure, Outcomes into) {
    into.count("unknown");
    return config.unknown == Unknown.PASS ? Verdict.proceed() : Verdict.fail(failure);
  }

  private Verdict head(Operation operation, Parts parts, RequestHead request, Outcomes into) {
    List<Flaw> flaws = new ArrayList<>();
    for (Parameter parameter : operation.parameters()) {
      parameter.check(parts, flaws);
    }
    if (config.unknownQuery == Unknown.REFUSE) {
      for (String name : parts.queryNames()) {
        if (!operation.takesQuery(name)) {
          flaws.add(new Flaw("query", "/" + Place.escaped(shortened(name)), "unknown"));
        }
      }
    }
    BodyRule rule = operation.body();
    if (rule != null) {
      flaws.addAll(RequestBodies.flawsOfHead(rule, request));
    }
    if (!flaws.isEmpty()) {
      return Verdict.fail(into.invalid(flaws));
    }
    if (rule == null) {
      into.count("valid");
    } else if (bodies.isLonger(request.headers())) {
      return Verdict.fail(FailureCode.PAYLOAD_TOO_LARGE, "validate: more than max-body");
    }
    return Verdict.proceed();
  }

  private static String shortened(String name) {
    return name.length() <= 100 ? name : name.substring(0, 100) + "…";
  }

  @Override
  public BodyTreatment requestBody(Exchange exchange) {
    Operation operation = exchange.get(found);
    BodyRule rule = operation == null ? null : operation.body();
    return rule == null
        ? BodyTreatment.pass()
        : bodies.treatment(rule, exchange.request().headers());
  }

  @Override
  public BodyTreatment responseBody(Exchange exchange, ResponseHead response) {
    Operation operation = exchange.get(found);
    return report == null || operation == null
        ? BodyTreatment.pass()
        : report.watch(operation, exchange, response);
  }
}
