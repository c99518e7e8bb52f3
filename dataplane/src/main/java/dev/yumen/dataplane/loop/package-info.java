/**
 * What one event loop owns: its clock, its deadlines, its counters. An object of a loop is only
 * ever touched by that loop's thread, so nothing in here is locked.
 */
@NullMarked
package dev.yumen.dataplane.loop;

import org.jspecify.annotations.NullMarked;
