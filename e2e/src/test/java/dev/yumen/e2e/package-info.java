/** The real process over real sockets. */
@NullMarked
package dev.yumen.e2e;

import org.jspecify.annotations.NullMarked;
