/**
 * The port for administration: requests with a bounded body come in, and whoever answers them does
 * so on a virtual thread and may block. What is asked for and answered is not known here: see
 * {@link dev.yumen.dataplane.admin.AdminHandler}. Start at {@link
 * dev.yumen.dataplane.admin.AdminAcceptor}.
 */
@NullMarked
package dev.yumen.dataplane.admin;

import org.jspecify.annotations.NullMarked;
