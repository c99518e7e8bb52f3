package dev.yumen.filters.extauthz;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** A protobuf message while it is written. Empty texts and zeros are left out, as in proto3. */
final class MessageWriter {

  /** Writes one field. */
  private interface Write {
    void to(CodedOutputStream out) throws IOException;
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  MessageWriter text(int field, String value) {
    return value.isEmpty() ? this : write(to -> to.writeString(field, value));
  }

  MessageWriter number(int field, long value) {
    return value == 0 ? this : write(to -> to.writeInt64(field, value));
  }

  /** A number of which it matters that it is there, as one choice among several. */
  MessageWriter choice(int field, int value) {
    return write(to -> to.writeUInt32(field, value));
  }

  MessageWriter data(int field, byte[] value) {
    return write(to -> to.writeByteArray(field, value));
  }

  MessageWriter message(int field, MessageWriter value) {
    return data(field, value.bytes());
  }

  /** A field of the type {@code map<string, string>}: its entries are messages of two fields. */
  MessageWriter map(int field, Map<String, String> entries) {
    entries.forEach(
        (key, value) -> message(field, new MessageWriter().text(1, key).text(2, value)));
    return this;
  }

  byte[] bytes() {
    write(CodedOutputStream::flush);
    return bytes.toByteArray();
  }

  private MessageWriter write(Write field) {
    try {
      field.to(out);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array takes all bytes
    }
  }
}
