/** testkit */
@NullMarked
package dev.yumen.testkit;

import org.jspecify.annotations.NullMarked;
