/**
 * Filters for gRPC. {@link dev.yumen.filters.grpc.GrpcWebFilter} is what browsers need; calls of
 * gRPC itself need no filter.
 */
@NullMarked
package dev.yumen.filters.grpc;

import org.jspecify.annotations.NullMarked;
