/**
 * Filters that bound or replace traffic: rates, sizes, times, and answers made here. Start at
 * {@link dev.yumen.filters.traffic.RateLimitFilter}.
 */
@NullMarked
package dev.yumen.filters.traffic;

import org.jspecify.annotations.NullMarked;
