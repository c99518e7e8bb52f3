package dev.yumen.dataplane.listener;

import dev.yumen.config.Address;
import java.io.IOException;

/** Why an address can not be listened on, as one sentence. */
public final class BindFailure extends IOException {
  private static final long serialVersionUID = 1L;

  public BindFailure(String listener, Address address, Throwable cause) {
    this(listener, address.toString(), "the port", cause);
  }

  private BindFailure(String listener, String place, String port, Throwable cause) {
    super(
        "listener " + listener + " can not listen on " + place + ": " + reason(port, cause), cause);
  }

  /**
   * Of the UDP port beside a port that was opened.
   *
   * @param port its number
   */
  public static BindFailure ofHttp3(String listener, Address address, int port, Throwable cause) {
    return new BindFailure(
        listener, address.toString(), "UDP port " + port + ", which http3 needs,", cause);
  }

  private static String reason(String port, Throwable cause) {
    String message = cause.getMessage();
    return message != null && message.contains("Address already in use")
        ? port + " is in use"
        : String.valueOf(message);
  }
}
