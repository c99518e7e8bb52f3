/**
 * Which route takes a request. {@link dev.yumen.dataplane.routing.TargetNormalizer} brings a
 * request target into its one normal form, {@link dev.yumen.dataplane.routing.RouteTable} finds the
 * most specific rule for it. Start reading at {@code RouteTable}; what users see is
 * docs/routing.md, why it is built this way is RATIONALE.md#routing.
 */
@NullMarked
package dev.yumen.dataplane.routing;

import org.jspecify.annotations.NullMarked;
