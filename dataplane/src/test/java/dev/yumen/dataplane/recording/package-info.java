/** Tests of what is kept of requests. */
@NullMarked
package dev.yumen.dataplane.recording;

import org.jspecify.annotations.NullMarked;
