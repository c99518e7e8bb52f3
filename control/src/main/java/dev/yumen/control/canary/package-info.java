/**
 * Releases that go on by themselves: compares how two versions of a service do and says how large
 * the share of the new one is. Start at {@link dev.yumen.control.canary.Rollout}; {@link
 * dev.yumen.control.canary.SequentialTest} is the statistics behind it.
 */
@NullMarked
package dev.yumen.control.canary;

import org.jspecify.annotations.NullMarked;
