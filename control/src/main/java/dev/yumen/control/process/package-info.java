/**
 * What the process says of itself to those who look for a fault: {@link
 * dev.yumen.control.process.Memory}, {@link dev.yumen.control.process.Threads}, {@link
 * dev.yumen.control.process.Recordings}.
 */
@NullMarked
package dev.yumen.control.process;

import org.jspecify.annotations.NullMarked;
