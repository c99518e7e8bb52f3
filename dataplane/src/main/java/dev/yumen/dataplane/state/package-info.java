/** State that outlives a configuration: pools, limiter counts, open files. */
@NullMarked
package dev.yumen.dataplane.state;

import org.jspecify.annotations.NullMarked;
