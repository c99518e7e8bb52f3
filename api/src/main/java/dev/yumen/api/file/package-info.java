/**
 * Files that are written while the gateway runs, by filters and by the gateway itself: start at
 * {@link dev.yumen.api.file.RotatingFile}.
 */
@NullMarked
package dev.yumen.api.file;

import org.jspecify.annotations.NullMarked;
