/**
 * Circuit breakers and the counts that they look at. A breaker is asked before each call and told
 * of its end; it knows nothing of HTTP. Upstreams ask theirs for each attempt, filters theirs for
 * each request.
 */
@NullMarked
package dev.yumen.dataplane.guard;

import org.jspecify.annotations.NullMarked;
