/** Tests of routing. */
@NullMarked
package dev.yumen.dataplane.routing;

import org.jspecify.annotations.NullMarked;
