package dev.yumen.control.history;

import org.jspecify.annotations.Nullable;

/**
 * A configuration as it was written.
 *
 * @param yaml all of it in one text that ends with a line's end, with its references to variables
 *     and files and without comments
 * @param sourced what a source beside the files held of it, as it stood there; null when there was
 *     no source
 */
public record Written(String yaml, @Nullable String sourced) {}
