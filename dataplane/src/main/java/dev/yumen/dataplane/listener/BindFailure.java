package dev.yumen.dataplane.listener;

import dev.yumen.config.Address;
import java.io.IOException;

/** Why an address can not be listened on, as one sentence. */
public final class BindFailure extends IOException {
  private static final long serialVersionUID = 1L;

  public BindFailure(String listener, Address address, Throwable cause) {
    super("listener " + listener + " can not listen on " + address + ": " + reason(cause), cause);
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message != null && message.contains("Address already in use")
        ? "the port is in use"
        : String.valueOf(message);
  }
}
