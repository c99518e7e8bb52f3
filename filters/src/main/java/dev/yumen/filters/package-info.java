/** filters */
@NullMarked
package dev.yumen.filters;

import org.jspecify.annotations.NullMarked;
