/** Tests of the program, and of the house as a whole. */
@NullMarked
package dev.yumen.app;

import org.jspecify.annotations.NullMarked;
