/**
 * HTTP/1.1 on the wire, read strictly: what RFC 9112 forbids or leaves ambiguous is refused, so
 * that no two parsers disagree about a message that passed here. Start with {@link
 * dev.yumen.dataplane.http1.HeadParser}, which fills a {@link dev.yumen.dataplane.http1.HeadTable};
 * bodies in chunks go through {@link dev.yumen.dataplane.http1.ChunkedDecoder}. Every reason to
 * refuse is a {@link dev.yumen.dataplane.http1.WireError}.
 */
@NullMarked
package dev.yumen.dataplane.http1;

import org.jspecify.annotations.NullMarked;
