package dev.yumen.config;

import dev.yumen.api.FilterType;

/**
 * One filter as written in a list of filters: a mapping with one key, the filter's name. A filter
 * whose settings all have defaults may be written as its name alone.
 *
 * @param type the kind
 * @param settings of the record that the type names
 */
public record FilterConfig(FilterType<?> type, Record settings) {}
