/**
 * Making a configuration live, whole or not at all: start at {@link
 * dev.yumen.control.publish.Publisher}.
 */
@NullMarked
package dev.yumen.control.publish;

import org.jspecify.annotations.NullMarked;
