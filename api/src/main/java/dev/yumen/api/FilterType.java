package dev.yumen.api;

/**
 * A kind of filter: its configuration name, the record of its settings, and how to make one.
 *
 * @param name lower-case-with-dashes, as written under {@code filters:}
 * @param config the record of settings; its compact constructor validates
 * @param factory called once per place where the filter is written, when a configuration is
 *     compiled; throws {@link InvalidValue} for what only shows then. What it made serves the next
 *     configurations too as long as the route with all its filters is written there as it was, and
 *     consumers, upstreams, Redis and {@code limits.filter-timeout} are the same; where it asked
 *     for {@link FilterContext#folder()}, it is called anew each time
 */
public record FilterType<C extends Record>(String name, Class<C> config, Factory<C> factory) {

  /** Makes a filter from its settings. */
  @FunctionalInterface
  public interface Factory<C extends Record> {
    AnyFilter create(C config, FilterContext context);
  }

  /** Makes a filter of this type from settings that are known to be of its record. */
  public AnyFilter create(Record settings, FilterContext context) {
    return factory.create(config.cast(settings), context);
  }
}
