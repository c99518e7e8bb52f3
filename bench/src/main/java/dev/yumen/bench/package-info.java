/** bench */
@NullMarked
package dev.yumen.bench;

import org.jspecify.annotations.NullMarked;
