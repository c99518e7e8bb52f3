/** Tests of explanations. */
@NullMarked
package dev.yumen.dataplane.explain;

import org.jspecify.annotations.NullMarked;
