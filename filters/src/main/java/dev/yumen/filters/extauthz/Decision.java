package dev.yumen.filters.extauthz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code envoy.service.auth.v3.CheckResponse}: what a service said. The numbers are those of the
 * fields in {@code external_auth.proto}, {@code base.proto} and {@code http_status.proto}; a test
 * writes the message by the classes that are generated from these files. Fields that are not known,
 * and the metadata, are passed over; header fields that could not be sent are left out.
 */
sealed interface Decision {

  /** The request may come in, with some edits. */
  record Allowed(
      List<Edit> headers,
      List<String> headersToRemove,
      List<Edit> headersToClient,
      List<Parameter> parameters,
      List<String> parametersToRemove)
      implements Decision {}

  /**
   * It may not.
   *
   * @param status as the service wrote it, perhaps one that can not be sent; 0 for none
   */
  record Denied(int status, List<Edit> headers, ByteString body) implements Decision {}

  /** What is done with a field that is there already. */
  enum Mode {
    ADD,
    ADD_IF_ABSENT,
    REPLACE,
    REPLACE_IF_PRESENT
  }

  /** An edit of one header field. */
  record Edit(String name, String value, Mode mode) {
    /**
     * Whether it changes anything.
     *
     * @param there whether there is a field of this name
     */
    boolean applies(boolean there) {
      return switch (mode) {
        case ADD, REPLACE -> true;
        case ADD_IF_ABSENT -> !there;
        case REPLACE_IF_PRESENT -> there;
      };
    }

    /** Whether what is there goes. */
    boolean replaces() {
      return mode == Mode.REPLACE || mode == Mode.REPLACE_IF_PRESENT;
    }

    void apply(Headers to) {
      if (!applies(to.contains(name))) {
        return;
      }
      if (replaces()) {
        to.set(name, value);
      } else {
        to.add(name, value);
      }
    }
  }

  /** A parameter of the query, not encoded. */
  record Parameter(String name, String value) {}

  /**
   * Reads the message. One that allows and denies at once denies.
   *
   * @throws InvalidProtocolBufferException if it is none
   */
  static Decision read(byte[] message) throws InvalidProtocolBufferException {
    MessageReader answer = MessageReader.of(ByteString.copyFrom(message));
    MessageReader denied = answer.message(2);
    if (denied != null) {
      MessageReader status = denied.message(1);
      return new Denied(status == null ? 0 : status.number(1), edits(denied, 2), denied.bytes(3));
    }
    MessageReader status = answer.message(1);
    if (status != null && status.number(1) != 0) { // google.rpc.Status: 0 is OK
      return new Denied(0, List.of(), ByteString.EMPTY);
    }
    MessageReader allowed = answer.message(3);
    if (allowed == null) {
      return new Allowed(List.of(), List.of(), List.of(), List.of(), List.of());
    }
    return new Allowed(
        edits(allowed, 2),
        allowed.texts(5).stream().filter(Decision::isName).toList(),
        edits(allowed, 6),
        parameters(allowed),
        allowed.texts(8));
  }

  private static List<Parameter> parameters(MessageReader allowed)
      throws InvalidProtocolBufferException {
    List<Parameter> parameters = new ArrayList<>();
    for (MessageReader parameter : allowed.messages(7)) {
      parameters.add(new Parameter(parameter.text(1), parameter.text(2)));
    }
    return parameters;
  }

  /** Those of the type {@code HeaderValueOption}. */
  private static List<Edit> edits(MessageReader from, int field)
      throws InvalidProtocolBufferException {
    List<Edit> edits = new ArrayList<>();
    for (MessageReader option : from.messages(field)) {
      MessageReader header = option.message(1);
      if (header == null) {
        continue;
      }
      ByteString raw = header.bytes(2).isEmpty() ? header.bytes(3) : header.bytes(2);
      Edit edit = new Edit(header.text(1), raw.toString(ISO_8859_1), mode(option));
      if (isName(edit.name) && isValue(edit.value)) {
        edits.add(edit);
      }
    }
    return edits;
  }

  /** {@code append} where it is there, else {@code append_action}, whose zero says nothing. */
  private static Mode mode(MessageReader option) throws InvalidProtocolBufferException {
    MessageReader append = option.message(2);
    if (append != null) {
      return append.number(1) == 0 ? Mode.REPLACE : Mode.ADD;
    }
    return switch (option.number(3)) {
      case 1 -> Mode.ADD_IF_ABSENT;
      case 3 -> Mode.REPLACE_IF_PRESENT;
      default -> Mode.REPLACE;
    };
  }

  private static boolean isName(String name) {
    try {
      HeaderName.writableInRequest("", name);
      return true;
    } catch (InvalidValue _) {
      return false;
    }
  }

  /** RFC 9110 §5.5. */
  private static boolean isValue(String value) {
    return value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f));
  }
}
