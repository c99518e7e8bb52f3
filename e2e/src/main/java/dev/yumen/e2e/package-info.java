/** e2e */
@NullMarked
package dev.yumen.e2e;

import org.jspecify.annotations.NullMarked;
