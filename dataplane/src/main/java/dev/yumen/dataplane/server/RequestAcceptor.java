package dev.yumen.dataplane.server;

import dev.yumen.api.Failure;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.RequestEvents;

/** Where requests go once their head is read. Called on the connection's loop. */
public interface RequestAcceptor {

  /**
   * Begins an exchange. It may answer before this returns.
   *
   * @param head valid until the answer was ended or the connection is gone
   * @param startNanos when the head's first byte came
   * @return what hears of the rest of the request
   */
  RequestEvents onRequest(ClientStream client, HeadTable head, Framing framing, long startNanos);

  /** Answers a request that could not be read; the connection is closed after it. */
  void onUnreadable(ClientStream client, Failure failure);
}
