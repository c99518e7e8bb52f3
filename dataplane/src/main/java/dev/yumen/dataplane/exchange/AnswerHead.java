package dev.yumen.dataplane.exchange;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.ResponseHead;
import dev.yumen.dataplane.http1.HeadTable;

/** The answer's head as filters see and edit it. */
final class AnswerHead implements ResponseHead {
  private final HeadTable fields;
  private int status;

  AnswerHead(int status, HeadTable fields) {
    this.status = status;
    this.fields = fields;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public void status(int status) {
    if (status < 200 || status > 599) {
      throw new InvalidValue("status", status, "200 to 599");
    }
    this.status = status;
  }

  @Override
  public HeadTable headers() {
    return fields;
  }
}
