/** Writing files that are there in full or not at all: {@link dev.yumen.control.disk.WholeFile}. */
@NullMarked
package dev.yumen.control.disk;

import org.jspecify.annotations.NullMarked;
