package dev.yumen.filters.auth;

import dev.yumen.api.Exchange;
import dev.yumen.api.ResponseHead;

/** A filter that adds to the answer when it has let the request in, and else leaves it alone. */
public interface AddsToAnswer {

  /** Adds it, if there is anything. */
  void addTo(ResponseHead response, Exchange exchange);
}
