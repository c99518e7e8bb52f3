/**
 * Connections to Redis by the library Lettuce, which nobody else knows. {@link
 * dev.yumen.redis.LettuceRedis} is where to start reading: it bounds what a call may cost, whatever
 * Redis does.
 */
@NullMarked
package dev.yumen.redis;

import org.jspecify.annotations.NullMarked;
