package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Exchange;
import dev.yumen.api.Headers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A consumer with the header fields that tell the upstream about it, made once.
 *
 * <p>An upstream believes these fields, so the data plane takes them from every request before the
 * first filter sees it; what stands there later comes from a filter.
 */
final class Identity {
  private static final String ID = "X-Consumer-ID";
  private static final String GROUPS = "X-Consumer-Groups";

  private final Consumer consumer;
  private final String id;
  private final @Nullable String groups;

  Identity(Consumer consumer) {
    this.consumer = consumer;
    id = encoded(consumer.name());
    List<String> names = consumer.groups().stream().map(Identity::encoded).toList();
    groups = names.isEmpty() ? null : String.join(",", names);
  }

  /** Names that a list in a header field can not hold as they are go percent-encoded as UTF-8. */
  private static String encoded(String name) {
    boolean plain = name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ',' && c != '%');
    return plain ? name : URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Makes this the exchange's consumer, instead of one before, and tells the upstream. */
  void assign(Exchange exchange) {
    exchange.consumer(consumer);
    Headers headers = exchange.request().headers();
    headers.set(ID, id);
    if (groups == null) {
      headers.remove(GROUPS);
    } else {
      headers.set(GROUPS, groups);
    }
  }
}
