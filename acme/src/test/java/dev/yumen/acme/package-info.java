/** Tests with an authority that does as it is told; the real one is in {@code e2e}. */
@NullMarked
package dev.yumen.acme;

import org.jspecify.annotations.NullMarked;
