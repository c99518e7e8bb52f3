package dev.yumen.filters.extauthz;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A protobuf message that was read: what it holds, by the numbers of its fields. */
final class MessageReader {
  private final Map<Integer, List<ByteString>> bytes = new HashMap<>();
  private final Map<Integer, Integer> numbers = new HashMap<>();

  private MessageReader() {}

  /**
   * Reads a message, not those within.
   *
   * @throws InvalidProtocolBufferException if it is none
   */
  static MessageReader of(ByteString message) throws InvalidProtocolBufferException {
    MessageReader read = new MessageReader();
    try {
      read.fields(message.newCodedInput());
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
    return read;
  }

  private void fields(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
            bytes.computeIfAbsent(field, _ -> new ArrayList<>()).add(in.readBytes());
        case WireFormat.WIRETYPE_VARINT -> numbers.put(field, in.readInt32());
        default -> in.skipField(tag);
      }
    }
  }

  /** A number, a value of an enumeration, or a truth value; 0 without one. */
  int number(int field) {
    return numbers.getOrDefault(field, 0);
  }

  /** The last value; empty without one. */
  ByteString bytes(int field) {
    List<ByteString> all = bytes.getOrDefault(field, List.of());
    return all.isEmpty() ? ByteString.EMPTY : all.getLast();
  }

  String text(int field) throws InvalidProtocolBufferException {
    return utf8(bytes(field));
  }

  List<String> texts(int field) throws InvalidProtocolBufferException {
    List<String> texts = new ArrayList<>();
    for (ByteString value : bytes.getOrDefault(field, List.of())) {
      texts.add(utf8(value));
    }
    return texts;
  }

  private static String utf8(ByteString value) throws InvalidProtocolBufferException {
    if (!value.isValidUtf8()) {
      throw new InvalidProtocolBufferException("a text that is not UTF-8");
    }
    return value.toStringUtf8();
  }

  /** The message in a field, null without one. One that comes in pieces is what they hold. */
  @Nullable MessageReader message(int field) throws InvalidProtocolBufferException {
    List<ByteString> pieces = bytes.get(field);
    return pieces == null ? null : of(ByteString.copyFrom(pieces));
  }

  List<MessageReader> messages(int field) throws InvalidProtocolBufferException {
    List<MessageReader> messages = new ArrayList<>();
    for (ByteString value : bytes.getOrDefault(field, List.of())) {
      messages.add(of(value));
    }
    return messages;
  }
}
