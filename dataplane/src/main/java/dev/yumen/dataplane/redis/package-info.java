/** What the data plane knows of Redis: that somebody opens connections, and how they are closed. */
@NullMarked
package dev.yumen.dataplane.redis;

import org.jspecify.annotations.NullMarked;
