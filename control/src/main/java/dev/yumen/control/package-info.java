/** control */
@NullMarked
package dev.yumen.control;

import org.jspecify.annotations.NullMarked;
