package dev.yumen.filters.mask;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Hides what is personal in the lines of one text, in their order. */
final class TextLines implements Function<byte[], byte @Nullable []> {
  private final Masking masking;
  private final Charset charset;
  private boolean begun;

  TextLines(Masking masking, Charset charset) {
    this.masking = masking;
    this.charset = charset;
  }

  /** The line masked; null for text in UTF-16, which is not read here. */
  @Override
  public byte @Nullable [] apply(byte[] line) {
    boolean marked = !begun && hasMarkOfUtf16(line);
    begun = true;
    return marked ? null : text(line);
  }

  /** A line that is not of its charset is taken byte by byte, so that nothing of it is lost. */
  private byte[] text(byte[] line) {
    try {
      CharBuffer text = charset.newDecoder().decode(ByteBuffer.wrap(line));
      return masking.text(text.toString()).getBytes(charset);
    } catch (CharacterCodingException _) {
      return masking.text(new String(line, ISO_8859_1)).getBytes(ISO_8859_1);
    }
  }

  /** Whether readers take it for UTF-16 whatever its head says (WHATWG Encoding §6.1). */
  private static boolean hasMarkOfUtf16(byte[] text) {
    return text.length > 1
        && ((text[0] == (byte) 0xfe && text[1] == (byte) 0xff)
            || (text[0] == (byte) 0xff && text[1] == (byte) 0xfe));
  }
}
