package dev.yumen.filters.headers;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Verdict;
import dev.yumen.filters.headers.HeaderEdits.Side;
import java.util.List;
import java.util.Map;

/** Edits the header fields that go upstream. */
public final class RequestHeadersFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "request-headers", Config.class, (config, context) -> new RequestHeadersFilter(config));

  /** Edits of the request, before it goes upstream, applied in the order of these settings. */
  @Describe("Edits header fields of the request, before it goes upstream.")
  public record Config(
      @Describe("Old name to new name; replaces what is there under the new one.")
          Map<String, String> rename,
      @Describe("Copies all values of one field to another, replacing those there.")
          Map<String, String> map,
      @Describe("Replaces every value by this one; an empty one removes the field.")
          Map<String, String> set,
      @Describe("Adds one more field after those there.") Map<String, String> add,
      @Describe("Joins to the values there with a comma, or makes the field.")
          Map<String, String> append,
      @Describe("Of repeated fields keeps the first, the last, or each different value once.")
          Map<String, Keep> dedupe,
      @Describe("Removes these fields.") List<String> remove) {

    public Config {
      rename = HeaderEdits.ordered(rename);
      map = HeaderEdits.ordered(map);
      set = HeaderEdits.ordered(set);
      add = HeaderEdits.ordered(add);
      append = HeaderEdits.ordered(append);
      dedupe = HeaderEdits.ordered(dedupe);
      remove = List.copyOf(remove);
      edits(rename, map, set, add, append).dedupe(dedupe).remove(remove).checked();
    }

    private static HeaderEdits edits(
        Map<String, String> rename,
        Map<String, String> map,
        Map<String, String> set,
        Map<String, String> add,
        Map<String, String> append) {
      return new HeaderEdits(Side.REQUEST).rename(rename).map(map).set(set).add(add).append(append);
    }
  }

  private final HeaderEdits edits;

  private RequestHeadersFilter(Config config) {
    edits =
        Config.edits(config.rename, config.map, config.set, config.add, config.append)
            .dedupe(config.dedupe)
            .remove(config.remove);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    edits.apply(exchange, exchange.request().headers());
    return Verdict.proceed();
  }
}
