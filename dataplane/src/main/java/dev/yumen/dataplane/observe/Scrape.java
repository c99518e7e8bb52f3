package dev.yumen.dataplane.observe;

import org.jspecify.annotations.Nullable;

/**
 * An answer to a scraper.
 *
 * @param body owned by whoever asked
 * @param contentType for the Content-Type header
 * @param contentEncoding for the Content-Encoding header; null when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record Scrape(byte[] body, String contentType, @Nullable String contentEncoding) {}
