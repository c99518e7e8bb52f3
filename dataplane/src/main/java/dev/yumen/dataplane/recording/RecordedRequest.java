package dev.yumen.dataplane.recording;

import dev.yumen.api.Response.Field;
import dev.yumen.api.TakesCredentials;
import dev.yumen.dataplane.explain.ExplainRequest;
import java.net.InetAddress;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request that has ended, without credentials and without its body.
 *
 * @param id by which logs and the client know it
 * @param time when it ended
 * @param cut whether it was too long to be kept whole
 */
public record RecordedRequest(
    String id, Instant time, Way way, Head head, Ended.Result result, boolean cut) {
  /** Stands for a value that is not kept. */
  public static final String HIDDEN = "***";

  /**
   * How it came.
   *
   * @param secure whether by TLS
   * @param serverName the host that was asked for in TLS; null for none
   * @param certificate whether the client showed a certificate in TLS
   * @param peer the other end of the connection
   * @param client the same, or who trusted proxies said it is
   */
  public record Way(
      String listener,
      boolean secure,
      @Nullable String serverName,
      boolean certificate,
      InetAddress peer,
      InetAddress client) {}

  /**
   * What it said.
   *
   * @param version of HTTP that the client spoke
   * @param host with its port as the client asked for it; empty when it did not
   * @param target path and query as they were sent; empty when an absolute target had none
   * @param fields all but Host, as they were sent
   * @param hidden names in lower case of fields and parameters whose values are not kept
   */
  public record Head(
      String method,
      String version,
      String host,
      String target,
      List<Field> fields,
      Set<String> hidden) {
    public Head {
      fields = List.copyOf(fields);
      hidden = Set.copyOf(hidden);
    }

    /** The path as it was sent. */
    public String path() {
      int mark = target.indexOf('?');
      return mark < 0 ? target : target.substring(0, mark);
    }
  }

  /** The same request as a question what would become of it, at the time it was recorded. */
  public ExplainRequest asked() {
    Set<String> hidden = head.hidden;
    if (way.certificate) {
      hidden = new LinkedHashSet<>(hidden);
      hidden.add(TakesCredentials.CERTIFICATE);
    }
    return new ExplainRequest(
        head.method,
        way.secure ? "https" : "http",
        head.host,
        head.target.isEmpty() ? (head.method.equals("OPTIONS") ? "*" : "/") : head.target,
        head.fields,
        way.peer,
        way.listener,
        way.serverName,
        time,
        hidden);
  }

  /** Names of the parameters of a target whose values are not kept. */
  static Set<String> hiddenIn(String target) {
    int at = target.indexOf("=" + HIDDEN);
    if (at < 0) {
      return Set.of();
    }
    Set<String> hidden = new LinkedHashSet<>();
    for (; at >= 0; at = target.indexOf("=" + HIDDEN, at + 1)) {
      int start = at;
      while (start > 0 && "?&;".indexOf(target.charAt(start - 1)) < 0) {
        start--;
      }
      hidden.add(target.substring(start, at).toLowerCase(Locale.ROOT));
    }
    return hidden;
  }
}
