/** app */
@NullMarked
package dev.yumen.app;

import org.jspecify.annotations.NullMarked;
