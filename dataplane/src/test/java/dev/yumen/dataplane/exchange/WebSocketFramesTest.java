package dev.yumen.dataplane.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebSocketFramesTest {

  /** A frame as RFC 6455 §5.2 has it, with the shortest form of its length. */
  private static byte[] frame(int opcode, boolean masked, int length) {
    ByteBuf out = Unpooled.buffer().writeByte(0x80 | opcode);
    int mask = masked ? 0x80 : 0;
    if (length < 126) {
      out.writeByte(mask | length);
    } else if (length < 65_536) {
      out.writeByte(mask | 126).writeShort(length);
    } else {
      out.writeByte(mask | 127).writeLong(length);
    }
    if (masked) {
      out.writeInt(0x88888888); // looks like the beginning of Close frames
    }
    for (int i = 0; i < length; i++) {
      out.writeByte(0x88);
    }
    return ByteBufUtil.getBytes(out);
  }

  private static boolean takesClose(byte[]... pieces) {
    WebSocketFrames frames = new WebSocketFrames();
    for (byte[] piece : pieces) {
      ByteBuf data = Unpooled.wrappedBuffer(piece);
      frames.follow(data);
      assertEquals(piece.length, data.readableBytes());
    }
    return frames.takesClose();
  }

  @Test
  void aFrameFitsOnlyBetweenTwoWhereverTheyAreCut() {
    for (boolean masked : new boolean[] {false, true}) {
      for (int length : new int[] {0, 1, 125, 126, 300, 65_535, 65_536}) {
        byte[] frame = frame(2, masked, length);
        byte[] two = Unpooled.copiedBuffer(frame, frame).array();
        int step = Math.max(1, two.length / 600);
        for (int cut = 0; cut <= two.length; cut += step) {
          byte[] first = Arrays.copyOf(two, cut);
          byte[] rest = Arrays.copyOfRange(two, cut, two.length);
          assertEquals(cut % frame.length == 0, takesClose(first), () -> "length " + length);
          assertTrue(takesClose(first, rest));
        }
      }
    }
  }

  @Test
  void everyByteByItself() {
    List<byte[]> bytes = new ArrayList<>();
    for (byte[] frame : List.of(frame(1, true, 200), frame(9, true, 4), frame(2, false, 70_000))) {
      for (byte one : frame) {
        bytes.add(new byte[] {one});
      }
    }
    assertTrue(takesClose(bytes.toArray(byte[][]::new)));
    bytes.removeLast();
    assertFalse(takesClose(bytes.toArray(byte[][]::new)));
  }

  @Test
  void nothingFollowsAClose() {
    assertTrue(takesClose(frame(9, false, 3)));
    assertFalse(takesClose(frame(8, false, 2)));
    assertFalse(takesClose(frame(1, true, 5), frame(8, true, 0)));
  }

  @Test
  void aLengthThatCanNotBeIsNeverThrough() {
    byte[] impossible = {(byte) 0x82, 127, -1, -1, -1, -1, -1, -1, -1, -1};
    assertFalse(takesClose(impossible));
    assertFalse(takesClose(impossible, new byte[100_000]));
  }

  @Test
  void theCloseFrameSaysGoingAway() {
    byte[] plain = {(byte) 0x88, 2, 0x03, (byte) 0xe9};
    byte[] masked = {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x03, (byte) 0xe9};
    assertArrayEquals(plain, ByteBufUtil.getBytes(WebSocketFrames.goingAway(false)));
    assertArrayEquals(masked, ByteBufUtil.getBytes(WebSocketFrames.goingAway(true)));
  }
}
