package dev.yumen.api;

/**
 * On a filter whose request step counts, calls or waits: says what that step would do, without
 * doing it.
 */
public interface Explains {

  /**
   * What the request step would do with this exchange. May edit the exchange as the step would;
   * changes nothing else, asks nobody and never blocks. Any thread.
   */
  Effect explain(Exchange exchange);
}
