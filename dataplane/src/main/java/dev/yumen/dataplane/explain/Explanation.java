package dev.yumen.dataplane.explain;

import dev.yumen.dataplane.routing.Candidate;
import dev.yumen.dataplane.upstream.EndpointPreview;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a request, and why. Values that may be secrets are not in it.
 *
 * @param asked what was judged
 * @param outcome what its client gets
 * @param route that takes it; null when none does, or it was refused before
 * @param candidates rules that were held against it, the one that takes it first
 * @param rules how many there are
 * @param filters in order
 * @param destination where it is forwarded; null when it is not
 * @param why what else there is to say, in order
 */
public record Explanation(
    Asked asked,
    Outcome outcome,
    @Nullable Matched route,
    List<Tried> candidates,
    int rules,
    List<Step> filters,
    @Nullable Destination destination,
    List<Saying> why) {

  public Explanation {
    candidates = List.copyOf(candidates);
    filters = List.copyOf(filters);
    why = List.copyOf(why);
  }

  /**
   * What was judged.
   *
   * @param path in the form that routes are found by; as it was asked for when it has none
   * @param client as trusted proxies say
   */
  public record Asked(
      String method, String scheme, String host, String path, String listener, String client) {}

  /** Where a request ends. */
  public enum End {
    /** It is refused, or fails. */
    FAILURE,
    /** A filter answers it. */
    FILTER,
    /** It goes to a service, which answers. */
    UPSTREAM,
    /** The route has a fixed answer. */
    RESPOND,
    /** The route redirects. */
    REDIRECT,
    /** The route has a file. */
    FILE,
    /** The gateway itself has something there. */
    BUILT_IN
  }

  /**
   * What its client gets.
   *
   * @param status 0 when only the service knows
   * @param code of a failure, else null
   * @param detail one line about it as the log has it; empty when there is none
   * @param sure whether everything was tried that it depends on
   */
  public record Outcome(End end, int status, @Nullable String code, String detail, boolean sure) {}

  /**
   * A route.
   *
   * @param at file and line; null when that is not known
   */
  public record Matched(String id, String pattern, @Nullable String at) {}

  /**
   * A rule that was held against it.
   *
   * @param at file and line of what it failed at, or else of the route
   */
  public record Tried(Candidate candidate, @Nullable String at) {}

  /** What a filter does. */
  public enum Result {
    /** It lets the request go on. */
    PASSES,
    /** It answers. */
    ANSWERS,
    /** It refuses. */
    REFUSES,
    /** Only doing it would tell; that the request goes on is assumed. */
    UNTRIED,
    /** The request has ended before. */
    NOT_REACHED
  }

  /**
   * A filter.
   *
   * @param status of its answer or refusal; 0 when it gives none
   * @param code of its refusal, else null
   * @param detail one line about a refusal as the log has it; empty when there is none
   * @param changes what is different behind it
   * @param at file and line; null when that is not known
   */
  public record Step(
      String name,
      Result result,
      int status,
      @Nullable String code,
      String detail,
      List<Change> changes,
      List<Saying> remarks,
      @Nullable String at) {
    public Step {
      changes = List.copyOf(changes);
      remarks = List.copyOf(remarks);
    }
  }

  /** Something of a request that a filter changes. */
  public enum Changed {
    HEADER,
    PATH,
    QUERY,
    HOST,
    IDENTITY,
    PRIORITY,
    TRACE_ID,
    UPSTREAM,
    TIMEOUT,
    RETRIES,
    PACE,
    COPY
  }

  /**
   * A change.
   *
   * @param name of a header, else empty
   * @param value what it is now; null when it is gone
   */
  public record Change(Changed what, String name, @Nullable String value) {}

  /**
   * Where a request is forwarded.
   *
   * @param share percent of such requests that go to this upstream; the others are drawn for others
   * @param endpoints how they are, and which is next
   * @param limits that apply, as settings and their values
   */
  public record Destination(
      String upstream,
      double share,
      EndpointPreview endpoints,
      List<Limit> limits,
      @Nullable String at) {
    public Destination {
      limits = List.copyOf(limits);
    }
  }

  /** A limit that applies: a setting of the upstream, or of a filter, and its value. */
  public record Limit(String setting, String value) {}
}
