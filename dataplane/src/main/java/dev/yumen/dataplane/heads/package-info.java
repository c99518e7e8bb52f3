/**
 * Heads of messages as HTTP/2 and HTTP/3 have them, turned into the form of HTTP/1.1, which the one
 * strict parser reads, and back. Start at {@link dev.yumen.dataplane.heads.RequestHeads}.
 */
@NullMarked
package dev.yumen.dataplane.heads;

import org.jspecify.annotations.NullMarked;
