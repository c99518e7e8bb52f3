package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Exchange;
import dev.yumen.api.Headers;
import dev.yumen.api.Identity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An identity with the header fields that tell the upstream about it, made once.
 *
 * <p>An upstream believes these fields, so the data plane takes those that every identity has from
 * every request before the first filter sees it; what stands there later comes from a filter. The
 * further ones are replaced or removed here, with their look-alikes.
 */
public final class UpstreamIdentity {
  /** The fields that every identity has. */
  public static final List<String> NAMES = List.of("X-Consumer-ID", "X-Consumer-Groups");

  private static final String ID = NAMES.get(0);
  private static final String GROUPS = NAMES.get(1);

  private final Identity identity;
  private final String id;
  private final @Nullable String groups;
  private final List<Field> more;

  /**
   * A further field.
   *
   * @param value null when there is nothing to tell: what the client sent is removed
   */
  public record Field(String name, @Nullable String value) {}

  /**
   * @param more fields beside those that every identity has
   */
  public UpstreamIdentity(Identity identity, List<Field> more) {
    this.identity = identity;
    this.more = List.copyOf(more);
    id = FieldText.listed(identity.consumer().name());
    List<String> names = identity.consumer().groups().stream().map(FieldText::listed).toList();
    groups = names.isEmpty() ? null : String.join(",", names);
  }

  static UpstreamIdentity of(Consumer consumer, String scheme) {
    return new UpstreamIdentity(Identity.of(consumer, scheme), List.of());
  }

  public Identity identity() {
    return identity;
  }

  /** Makes this the exchange's identity, instead of one before, and tells the upstream. */
  public void assign(Exchange exchange) {
    exchange.identity(identity);
    Headers headers = exchange.request().headers();
    headers.set(ID, id);
    put(headers, GROUPS, groups);
    for (Field field : more) {
      put(headers, field.name, field.value);
    }
  }

  private static void put(Headers headers, String name, @Nullable String value) {
    if (value == null) {
      headers.remove(name);
    } else {
      headers.set(name, value);
    }
  }
}
