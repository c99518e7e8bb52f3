/**
 * One request from its head to its end. {@link dev.yumen.dataplane.exchange.ProxyExchange} is the
 * story, read it top to bottom: route, request filters, forward or answer, response filters, relay,
 * end. {@link dev.yumen.dataplane.exchange.FailureResponses} is the one place where a failure
 * becomes an answer.
 */
@NullMarked
package dev.yumen.dataplane.exchange;

import org.jspecify.annotations.NullMarked;
