/** Tests of the configuration. {@link dev.yumen.config.GoldenTest} shows every message. */
@NullMarked
package dev.yumen.config;

import org.jspecify.annotations.NullMarked;
