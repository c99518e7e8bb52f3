package dev.yumen.config;

import dev.yumen.api.Attribute;
import dev.yumen.api.Cidr;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Shorthand;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which requests a route takes: everything that is written must hold. */
@Describe("Which requests a route takes: everything that is written must hold.")
public record MatchConfig(
    @Describe("\"/a\" exact, \"/a/{id}\" template, \"/a/**\" prefix (also /a), {regex: …}.")
        @Nullable PathMatch path,
    @Describe("Host names, exact or *.example.com.") @OneOrMany List<String> host,
    @Describe("Methods; none means any.") @OneOrMany List<String> methods,
    @Describe("Header fields by name.") Map<String, ValueMatch> headers,
    @Describe("Query parameters by name.") Map<String, ValueMatch> query,
    @Describe("Cookies by name.") Map<String, ValueMatch> cookies,
    @Describe("Client addresses, any of.") @OneOrMany List<Cidr> client,
    @Describe("Media types of the request body, any of; application/* works.") @OneOrMany
        List<String> contentType,
    @Describe("When.") @Nullable TimeMatch time,
    @Describe("A share of the requests, chosen by a key that sticks.")
        @Nullable PercentageMatch percentage,
    @Describe("A CEL expression that must be true.") @Nullable String expression,
    @Describe(
            "Higher goes first, whatever else; routes of equal priority by how specific they are.")
        @Default("0")
        int priority) {

  public MatchConfig {
    host = List.copyOf(host);
    methods = List.copyOf(methods);
    headers = Check.copy(headers);
    query = Check.copy(query);
    cookies = Check.copy(cookies);
    client = List.copyOf(client);
    contentType = List.copyOf(contentType);
    for (String method : methods) {
      if (!method.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")) {
        throw new InvalidValue("methods", method, "a method such as GET");
      }
    }
    for (String name : host) {
      if (!name.matches("(\\*\\.)?[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\\[[0-9a-f:.]+]")) {
        throw new InvalidValue(
            "host", name, "a lower-case host name such as example.com or *.example.com");
      }
    }
  }

  /** A path: a pattern in one of four forms. */
  @Describe("A path.")
  @Shorthand("pattern")
  public record PathMatch(
      @Describe("\"/a\" exact, \"/a/{id}\" template, \"/a/**\" prefix.") @Nullable String pattern,
      @Describe("An RE2 expression for the whole path.") @Nullable String regex) {
    public PathMatch {
      if ((pattern == null) == (regex == null)) {
        throw InvalidValue.found(
            "", pattern == null ? "nothing" : "both", "either a pattern or {regex: …}");
      }
      if (pattern != null && !pattern.startsWith("/")) {
        throw new InvalidValue("", pattern, "a path that starts with \"/\"");
      }
      Check.regex("regex", regex);
    }

    /** The text as configured; the label {@code path} in metrics. */
    public String text() {
      return pattern != null ? pattern : Objects.requireNonNull(regex);
    }
  }

  /** A value of a header, query parameter or cookie. */
  @Describe("A value: \"text\" exact, or one of these.")
  @Shorthand("exact")
  public record ValueMatch(
      @Describe("Is this text.") @Nullable String exact,
      @Describe("Starts with this text.") @Nullable String prefix,
      @Describe("Matches this RE2 expression as a whole.") @Nullable String regex,
      @Describe("Is there, whatever its value.") @Nullable Boolean present,
      @Describe("Is not there.") @Nullable Boolean absent,
      @Describe("Is not this text; also when it is not there.") @Nullable String not) {
    public ValueMatch {
      long set =
          Stream.of(exact, prefix, regex, present, absent, not).filter(x -> x != null).count();
      if (set != 1) {
        throw InvalidValue.found(
            "", set + " conditions", "exactly one of exact, prefix, regex, present, absent, not");
      }
      if (Boolean.FALSE.equals(present) || Boolean.FALSE.equals(absent)) {
        throw InvalidValue.found(present != null ? "present" : "absent", "false", "true");
      }
      Check.regex("regex", regex);
    }
  }

  /** A window of time. */
  @Describe("A window of time: not before after, and before before.")
  public record TimeMatch(
      @Describe("Start, such as 2026-11-01T00:00:00Z.") @Nullable Instant after,
      @Describe("End, exclusive.") @Nullable Instant before) {
    public TimeMatch {
      if (after == null && before == null) {
        throw InvalidValue.found("", "an empty window", "after, before or both");
      }
      if (after != null && before != null && !after.isBefore(before)) {
        throw new InvalidValue("before", before.toString(), "later than after");
      }
    }
  }

  /** A sticky share of the requests. */
  @Describe("A share of the requests, chosen by a key that sticks.")
  @Shorthand("share")
  public record PercentageMatch(
      @Describe("Percent, 0 to 100.") double share,
      @Describe("What the choice sticks to.") @Default("client") Attribute key,
      @Describe("Another salt makes an independent choice.") @Default("''") String salt) {
    public PercentageMatch {
      if (!(share >= 0 && share <= 100)) {
        throw new InvalidValue("share", share, "0 to 100");
      }
    }
  }
}
