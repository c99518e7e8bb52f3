package dev.yumen.api;

/**
 * A kind of filter: its configuration name, the record of its settings, and how to make one.
 *
 * @param name lower-case-with-dashes, as written under {@code filters:}
 * @param config the record of settings; its compact constructor validates
 * @param factory called once per place where the filter is written, when a configuration is
 *     compiled; throws {@link InvalidValue} for what only shows then
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
