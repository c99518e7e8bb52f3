/** Tests of the testkit itself. */
@NullMarked
package dev.yumen.testkit;

import org.jspecify.annotations.NullMarked;
