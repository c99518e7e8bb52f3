/**
 * The configuration as immutable records, and what reads them.
 *
 * <p>Data flows one way: files → nodes with positions → records ({@link
 * dev.yumen.config.GatewayConfig} at the top) plus every problem found on the way. The JSON Schema
 * and the reference pages are generated from the same records. No network code here.
 */
@NullMarked
package dev.yumen.config;

import org.jspecify.annotations.NullMarked;
