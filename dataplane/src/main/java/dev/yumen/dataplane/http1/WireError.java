package dev.yumen.dataplane.http1;

import dev.yumen.api.FailureCode;
import java.util.Locale;

/**
 * The closed set of reasons for which a message is refused on the wire. The connection is closed
 * after any of them, because where the next message would begin is not certain any more.
 */
public enum WireError {
  BARE_LF("a line ends in LF without CR"),
  BARE_CR("CR without LF"),
  OBS_FOLD("a header field is folded over several lines"),
  SPACE_BEFORE_COLON("white space between a header field's name and its colon"),
  EMPTY_NAME("a header field has no name"),
  BAD_NAME("a character in a header field's name is not allowed"),
  BAD_VALUE("a character in a header field's value is not allowed"),
  BAD_REQUEST_LINE("the request line is malformed"),
  BAD_METHOD("a character in the method is not allowed"),
  BAD_TARGET("the request target is malformed"),
  BAD_VERSION("the HTTP version is malformed"),
  UNSUPPORTED_VERSION("this HTTP version is not supported", FailureCode.HTTP_VERSION_UNSUPPORTED),
  HTTP2_PREFACE("HTTP/2 is not spoken on this port"),
  CONTENT_LENGTH_WITH_TRANSFER_ENCODING("Content-Length together with Transfer-Encoding"),
  BAD_CONTENT_LENGTH("Content-Length is not a number of bytes"),
  REPEATED_CONTENT_LENGTH("Content-Length appears more than once"),
  BAD_TRANSFER_ENCODING("Transfer-Encoding is malformed or does not end in chunked"),
  UNKNOWN_TRANSFER_CODING(
      "a transfer coding other than chunked is not supported", FailureCode.NOT_IMPLEMENTED),
  TRANSFER_ENCODING_IN_HTTP_1_0("Transfer-Encoding in an HTTP/1.0 message"),
  TRANSFER_ENCODING_WITHOUT_BODY("Transfer-Encoding where no body is allowed"),
  BAD_CONNECTION("Connection is malformed or lists too many options"),
  MISSING_HOST("Host is missing"),
  REPEATED_HOST("Host appears more than once"),
  BAD_HOST("Host is malformed"),
  HOST_MISMATCH("Host differs from the request target's authority"),
  REQUEST_LINE_TOO_LONG("the request line is too long", FailureCode.URI_TOO_LONG),
  HEADER_TOO_LARGE("the header fields are too large", FailureCode.HEADERS_TOO_LARGE),
  TOO_MANY_HEADERS("there are too many header fields", FailureCode.HEADERS_TOO_LARGE),
  BAD_STATUS_LINE("the status line is malformed"),
  BAD_CHUNK_SIZE("a chunk size is malformed"),
  BAD_CHUNK_EXTENSION("a chunk extension is malformed"),
  CHUNK_LINE_TOO_LONG("chunk extensions are too long"),
  BAD_CHUNK_END("a chunk does not end where its size says"),
  BAD_TRAILER("a trailer field is malformed");

  private final String text;
  private final FailureCode code;
  private final String label;

  WireError(String text) {
    this(text, FailureCode.BAD_REQUEST);
  }

  WireError(String text, FailureCode code) {
    this.text = text;
    this.code = code;
    this.label = name().toLowerCase(Locale.ROOT);
  }

  /** The status of the answer to a request refused for this reason. */
  public int status() {
    return code.status();
  }

  /** The value of the label {@code reason} of {@code gateway_rejected_total}. */
  public String label() {
    return label;
  }

  /** One line that may be shown to the client: it repeats nothing of what was sent. */
  public String text() {
    return text;
  }

  /** The failure of a request refused for this reason; an upstream's is UPSTREAM_PROTOCOL. */
  public FailureCode code() {
    return code;
  }
}
