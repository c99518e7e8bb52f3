/**
 * The program: command line, wiring by hand, signals, the demo services of the quick start.
 *
 * <p>Start reading at {@link dev.yumen.app.Main} (the commands) and {@link
 * dev.yumen.app.RunCommand} (what happens at start and at stop). Everything that the program writes
 * for people, on standard output, is written here; the other modules log.
 */
@NullMarked
package dev.yumen.app;

import org.jspecify.annotations.NullMarked;
