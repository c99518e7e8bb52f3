package dev.yumen.config;

import dev.yumen.api.ConfigName;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Shorthand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One rule: which requests, what is done with them, and where they end. */
@Describe("One rule: which requests, what is done with them, and where they end.")
public record RouteConfig(
    @Describe("Unique name; stands in logs, metrics and messages.") String id,
    @Describe("Which requests.") @Default("{}") MatchConfig match,
    @Describe("What is done with them, in the order written.") List<FilterConfig> filters,
    @Describe("Ends at an upstream, or at several by weight.") @OneOrMany List<Target> to,
    @Describe("Ends with a fixed answer.") @Nullable Respond respond,
    @Describe("Ends with a redirect.") @Nullable Redirect redirect,
    @Describe("Ends with a file of a folder.") @ConfigName("static") @Nullable StaticFiles statics,
    @Describe("Forms of a path that are refused unless named here.") @OneOrMany
        List<Ambiguous> allow,
    @Describe("Whether // in a path counts as /.") @Default("true") boolean mergeSlashes,
    @Describe("What the upstream sees as Host.") @Default("preserve") HostHeader host) {

  /** Path forms on which two servers may disagree. */
  public enum Ambiguous {
    /** {@code %2f} */
    ENCODED_SLASH,
    /** {@code \} and {@code %5c} */
    BACKSLASH,
    /** {@code ;} parameters in a segment of dots, such as {@code ..;} */
    DOT_PARAMETERS
  }

  /** What the upstream sees as Host. */
  public enum HostHeader {
    PRESERVE,
    ENDPOINT
  }

  public RouteConfig {
    if (!id.matches("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")) {
      throw new InvalidValue(
          "id",
          id,
          "letters, digits and . _ : / @ - , at most 128, starting with a letter or digit");
    }
    filters = List.copyOf(filters);
    to = List.copyOf(to);
    allow = List.copyOf(allow);
    long endings =
        Stream.of(respond, redirect, statics).filter(ending -> ending != null).count()
            + (to.isEmpty() ? 0 : 1);
    if (endings != 1) {
      throw InvalidValue.found(
          "", endings + " endings", "exactly one of to, respond, redirect, static");
    }
    Target.checkSum(to);
  }

  /** An upstream and its share. */
  @Describe("An upstream and its share of the requests or connections.")
  @Shorthand("upstream")
  public record Target(
      @Describe("Name of an upstream.") String upstream,
      @Describe("Share against the other targets.") @Default("1") int weight) {
    public Target {
      Check.range("weight", weight, 0, 1_000_000);
    }

    /** Refuses a component {@code to} of which nothing can ever be chosen. */
    static void checkSum(List<Target> to) {
      if (!to.isEmpty() && to.stream().mapToLong(Target::weight).sum() == 0) {
        throw InvalidValue.found("to", "weights that add up to 0", "at least one above 0");
      }
    }
  }

  /** A fixed answer. */
  @Describe("A fixed answer.")
  public record Respond(
      @Describe("Status, 200 to 599.") @Default("200") int status,
      @Describe("Header fields; Date and those of the connection are the gateway's own.")
          Map<String, String> headers,
      @Describe("Body text.") @Default("''") String body) {
    public Respond {
      Check.range("status", status, 200, 599);
      headers = Check.copy(headers);
    }
  }

  /** A redirect. */
  @Describe("A redirect.")
  public record Redirect(
      @Describe(
              "Target; ${path} is the path without its leading slash, ${query} the query with its"
                  + " question mark, ${host}, ${path.NAME} a path variable. Without ${query} the"
                  + " query is dropped.")
          String to,
      @Describe("301, 302, 303, 307 or 308.") @Default("308") int status) {
    public Redirect {
      if (!List.of(301, 302, 303, 307, 308).contains(status)) {
        throw new InvalidValue("status", status, "301, 302, 303, 307 or 308");
      }
    }
  }

  /** Files of a folder. */
  @Describe("Files of a folder; never outside of it, no listing.")
  public record StaticFiles(
      @Describe("Folder, relative to the configuration.") Path folder,
      @Describe("File for a path that ends with a slash.") @Default("index.html") String index,
      @Describe("Sent as Cache-Control.") @Nullable String cacheControl,
      @Describe(
              "Most bytes of one file; larger ones are 404. A file is held in memory while it is"
                  + " sent.")
          @Default("16MiB")
          DataSize maxFile) {}
}
