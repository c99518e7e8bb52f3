/** Where configurations come from: {@link dev.yumen.control.source.FileSource} watches files. */
@NullMarked
package dev.yumen.control.source;

import org.jspecify.annotations.NullMarked;
