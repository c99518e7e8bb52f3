package dev.yumen.dataplane.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.tls.ClientHello.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloTest {
  private static final int MOST = 16_384;
  private static final ClientHello WHOLE =
      new ClientHello("site.example.com", List.of("h2", "http/1.1"));
  private static final byte[] MESSAGE =
      HelloBytes.message(0x303, "site.example.com", List.of("h2", "http/1.1"));

  private static Reading read(byte[] bytes, int most) {
    return ClientHello.read(Unpooled.wrappedBuffer(bytes), most);
  }

  private static ClientHello hello(byte[] bytes) {
    return assertInstanceOf(Reading.Done.class, read(bytes, MOST)).hello();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 50, 16_384})
  void nameAndProtocolsAreReadHoweverTheRecordsAreCut(int size) {
    assertEquals(WHOLE, hello(HelloBytes.records(MESSAGE, size)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16_384})
  void everyBeginningAsksForMoreThanItHas(int size) {
    byte[] all = HelloBytes.records(MESSAGE, size);
    for (int length = 0; length < all.length; length++) {
      ByteBuf beginning = Unpooled.wrappedBuffer(all, 0, length);
      Reading.More more =
          assertInstanceOf(Reading.More.class, ClientHello.read(beginning, MOST), "at " + length);
      assertTrue(more.bytes() > length && more.bytes() <= all.length, more + " at " + length);
    }
  }

  @Test
  void bytesBeforeTheReaderAreNotLookedAt() {
    ByteBuf in = Unpooled.wrappedBuffer(new byte[] {9, 9, 9}, HelloBytes.record(MESSAGE));
    in.skipBytes(3);
    assertEquals(new Reading.Done(WHOLE), ClientHello.read(in, MOST));
    assertEquals(3, in.readerIndex());
  }

  @ParameterizedTest
  @CsvSource({
    "Site.Example.COM,site.example.com",
    "site.example.com.,site.example.com",
    "my_service,my_service",
    "a b.example.com,",
    "'',",
    ".,",
    "söte.example.com,",
    "a/../b,"
  })
  void onlyPlausibleHostsCount(String asked, String name) {
    assertEquals(
        name, hello(HelloBytes.record(HelloBytes.message(0x303, asked, List.of()))).serverName());
  }

  @Test
  void aMessageWithoutExtensionsAsksForNothing() {
    byte[] message = HelloBytes.message(0x303, "", List.of());
    assertEquals(ClientHello.NONE, hello(HelloBytes.record(message)));
  }

  @Test
  void whatIsTooLargeIsSaidBeforeItHasCome() {
    byte[] record = HelloBytes.record(MESSAGE);
    assertInstanceOf(Reading.TooLarge.class, read(record, record.length - 1));
    byte[] header = {22, 3, 1, (byte) 0xff, (byte) 0xff};
    assertInstanceOf(Reading.TooLarge.class, read(header, MOST));
    byte[] longMessage = {22, 3, 1, 0, 4, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    assertInstanceOf(Reading.TooLarge.class, read(longMessage, MOST));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1", "SSH-2.0", "\u0080.", "\u0016\u0002"})
  void whatIsNoHandshakeIsSaidAtOnce(String bytes) {
    assertInstanceOf(
        Reading.NoHandshake.class,
        read(bytes.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), MOST));
  }

  /** A lie about a length anywhere leads to no name, never to a failure. */
  @Property
  void damagedMessagesDoNoHarm(
      @ForAll @IntRange(min = 0, max = 120) int at,
      @ForAll byte value,
      @ForAll @IntRange(min = 1, max = 200) int size) {
    byte[] message = MESSAGE.clone();
    message[at % message.length] = value;
    byte[] records = HelloBytes.records(message, size);
    for (int length = 0; length <= records.length; length++) {
      check(Unpooled.wrappedBuffer(records, 0, length));
    }
  }

  @Property
  void noiseDoesNoHarm(@ForAll @Size(max = 200) byte[] noise) {
    check(Unpooled.wrappedBuffer(noise));
    check(Unpooled.wrappedBuffer(HelloBytes.record(HelloBytes.join(new byte[] {1, 0, 0}, noise))));
  }

  private static void check(ByteBuf in) {
    int before = in.readableBytes();
    if (ClientHello.read(in, MOST) instanceof Reading.More more) {
      assertTrue(more.bytes() > before, "asks for bytes that are there");
    }
    assertEquals(before, in.readableBytes());
  }
}
