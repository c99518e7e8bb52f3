package dev.yumen.api;

import java.util.List;

/**
 * What an upstream answered to a {@link Call}. Immutable.
 *
 * @param status 200 to 599
 * @param headers fields in order, without those about the connection
 * @param body all of it
 * @param trailers fields behind the body (RFC 9110 §6.5), in order; empty when there are none
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record CallAnswer(
    int status, List<Response.Field> headers, byte[] body, List<Response.Field> trailers) {

  public CallAnswer {
    headers = List.copyOf(headers);
    trailers = List.copyOf(trailers);
  }
}
