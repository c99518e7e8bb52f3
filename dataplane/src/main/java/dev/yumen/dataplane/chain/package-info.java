/** The filters of one route in order, and how bodies run through those that want them. */
@NullMarked
package dev.yumen.dataplane.chain;

import org.jspecify.annotations.NullMarked;
