/** Tests of replays. */
@NullMarked
package dev.yumen.control.replay;

import org.jspecify.annotations.NullMarked;
