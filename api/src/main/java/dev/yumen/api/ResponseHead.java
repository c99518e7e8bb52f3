package dev.yumen.api;

/** A final answer's status and headers; filters edit it in place. */
public interface ResponseHead {

  /** 200 to 599. */
  int status();

  /** Replaces the status, 200 to 599; a body that the new status forbids is dropped. */
  void status(int status);

  Headers headers();
}
