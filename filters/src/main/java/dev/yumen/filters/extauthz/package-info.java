/**
 * Authorization by a service that speaks the gRPC protocol of Envoy. Start at {@link
 * dev.yumen.filters.extauthz.ExtAuthzFilter}; {@link dev.yumen.filters.extauthz.Question} and
 * {@link dev.yumen.filters.extauthz.Decision} are the two messages, {@link
 * dev.yumen.filters.extauthz.UnaryCall} is what gRPC puts around them.
 */
@NullMarked
package dev.yumen.filters.extauthz;

import org.jspecify.annotations.NullMarked;
