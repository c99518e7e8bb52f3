/**
 * What a new configuration would change: start at {@link dev.yumen.control.plan.Plan}. Nothing here
 * opens a connection or sends a request.
 */
@NullMarked
package dev.yumen.control.plan;

import org.jspecify.annotations.NullMarked;
