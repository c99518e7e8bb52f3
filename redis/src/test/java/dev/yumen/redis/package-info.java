/** Tests against real servers. */
@NullMarked
package dev.yumen.redis;

import org.jspecify.annotations.NullMarked;
