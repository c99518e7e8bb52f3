/** dataplane */
@NullMarked
package dev.yumen.dataplane;

import org.jspecify.annotations.NullMarked;
