/**
 * What a filter author sees. Start at {@link dev.yumen.api.Filter} (the contract), then {@link
 * dev.yumen.api.Exchange} (one request and its answer) and {@link dev.yumen.api.FilterType} (how a
 * filter gets its name and its settings). Nothing here knows how bytes move.
 */
@NullMarked
package dev.yumen.api;

import org.jspecify.annotations.NullMarked;
