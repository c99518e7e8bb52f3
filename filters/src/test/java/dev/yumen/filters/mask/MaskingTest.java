package dev.yumen.filters.mask;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.yumen.api.BodySink;
import dev.yumen.api.Failure;
import dev.yumen.api.Headers;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MaskingTest {
  private static final Masking ALL = Masking.of(List.of(Sensitive.values()));

  private static MaskRule at(String pointer, int first, int last) {
    return new MaskRule(pointer, null, null, first, last);
  }

  private static String json(Masking masking, String text) {
    return new String(Objects.requireNonNull(masking.json(text.getBytes(UTF_8))), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PHONE | 13800138000 | ***********
          PHONE | tel:13800138000. | tel:***********.
          PHONE | +86 138-0013-8000 | +86 *************
          PHONE | 8613800138000 | 86***********
          PHONE | 008613800138000 | 0086***********
          PHONE | 138 0013 8000,13900139000 | *************,***********
          PHONE | 12800138000 | 12800138000
          PHONE | 138001380001 | 138001380001
          PHONE | 213800138000 | 213800138000
          PHONE | 138--0013-8000 | 138--0013-8000
          PHONE | 1380013800 | 1380013800
          ID_CARD | 11010519491231002X | ******************
          ID_CARD | 11010519491231002x | ******************
          ID_CARD | 110105194912310021 | 110105194912310021
          ID_CARD | 11010519491331002X | 11010519491331002X
          ID_CARD | 111010519491231002X | 111010519491231002X
          ID_CARD | 11010519491231002X5 | 11010519491231002X5
          BANK_CARD | 4111111111111111 | ****************
          BANK_CARD | 4111 1111 1111 1111 | *******************
          BANK_CARD | 2024 4111-1111-1111-1111 25 | 2024 ******************* 25
          BANK_CARD | 6222020000000000125 | *******************
          BANK_CARD | 4111111111111112 | 4111111111111112
          BANK_CARD | 41111111111111111111 | 41111111111111111111
          BANK_CARD | 0000 | 0000
          EMAIL | ann@example.com | ***@example.com
          EMAIL | <ann.b+c@mail.example.com>, x@y.z | <*******@mail.example.com>, *@y.z
          EMAIL | @example.com | @example.com
          EMAIL | ann@localhost | ann@localhost
          EMAIL | a@@b.c | a@@b.c
          EMAIL | 张三@example.cn | **@example.cn
          """)
  void whatHasTheFormIsHidden(Sensitive kind, String text, String shown) {
    assertEquals(shown, Masking.of(List.of(kind)).text(text));
  }

  @Test
  void aTextWithoutSuchIsTheSame() {
    String text = "nothing here, 2026-11-21 22:30:00, 127.0.0.1";
    assertSame(text, ALL.text(text));
  }

  @ParameterizedTest
  @EnumSource(Sensitive.class)
  void hostileTextsTakeLinearTime(Sensitive kind) {
    Masking masking = Masking.of(List.of(kind));
    for (String piece : List.of("1", "13", "@", "a@", "1 ", "1-", "86", "a", "a@b")) {
      String text = piece.repeat(300_000);
      assertFalse(masking.text(text).isEmpty());
    }
  }

  @Test
  void whatIsKeptStaysVisible() {
    assertEquals(
        "138****8000", new MaskRule(null, Sensitive.PHONE, null, 3, 4).hide("13800138000", '*'));
    assertEquals("####", at("/a", 2, 2).hide("abcd", '#'));
    assertEquals("ab#de", at("/a", 2, 2).hide("abcde", '#'));
    assertEquals("\ud83d\ude00*", at("/a", 1, 0).hide("\ud83d\ude00\ud83d\ude01", '*'));
    assertEquals("", at("/a", 0, 0).hide("", '*'));
  }

  @Test
  void expressionsHideWhatTheyMatch() {
    Masking masking = new Masking(List.of(new MaskRule(null, null, "SN-[0-9]*", 3, 0)), '*');
    assertEquals("a SN-*** SN-*b", masking.text("a SN-123 SN-4b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /a | {"a":"xyz","b":"xyz"} | {"a":"***","b":"xyz"}
          /a | {"a":12.50,"b":12.50} | {"a":"*****","b":12.50}
          /a | {"a":{"b":["x",1,true,null]}} | {"a":{"b":["*","*","****",null]}}
          /*/b | {"a":{"b":"x"},"c":{"b":"y","c":"z"}} | {"a":{"b":"*"},"c":{"b":"*","c":"z"}}
          /0 | ["x","y"] | ["*","y"]
          /*/0/a | [[{"a":"x"},{"a":"y"}],{"0":{"a":"z"}}] | [[{"a":"*"},{"a":"y"}],{"0":{"a":"*"}}]
          /a~1b~0c | {"a/b~c":"x"} | {"a/b~c":"*"}
          /a | {"a":"x","a":"y"} | {"a":"*","a":"*"}
          /a/b | {"a":"x","b":{"a":{"b":"y"}}} | {"a":"x","b":{"a":{"b":"y"}}}
          /a | 7 | 7
          /a | {"b":1e400,"c":123456789012345678901234567890} | {"b":1e400,"c":123456789012345678901234567890}
          """)
  void placesInJsonAreHidden(String pointer, String text, String shown) {
    assertEquals(shown, json(new Masking(List.of(at(pointer, 0, 0)), '*'), text));
  }

  @Test
  void theEmptyPointerIsEverything() {
    assertEquals(
        "[\"*\",{\"a\":\"*\"}]", json(new Masking(List.of(at("", 0, 0)), '*'), "[1,{\"a\":2}]"));
  }

  @Test
  void formsAreFoundInStringsNumbersAndNamesAsTheyMean() {
    assertEquals(
        "{\"***********\":\"***********\",\"n\":\"***********\"}",
        json(ALL, "{\"13800138000\":\"\\u0031\\u003380\\u0030138000\",\"n\":13800138000}"));
  }

  @Test
  void whatIsNoJsonIsToldApart() {
    for (String text : List.of("{", "{\"a\":}", "[1,]", "hello", "[1]]")) {
      assertNull(ALL.json(text.getBytes(UTF_8)), text);
    }
  }

  @Test
  void percentEncodingHidesNothingInALog() {
    assertEquals("a=1&b=***@x.com&c=%41", ALL.encoded("a=1&b=ann%40x.com&c=%41"));
    assertEquals("p=*************", ALL.encoded("p=138+0013+8000"));
    assertEquals("/users/***********/%zz", ALL.encoded("/users/13800138000/%zz"));
  }

  // ---- borders of chunks ----

  private static final class Collected implements BodySink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Failure> failures = new ArrayList<>();

    @Override
    public void emit(ByteBuf piece) {
      byte[] read = new byte[piece.readableBytes()];
      piece.readBytes(read);
      piece.release();
      bytes.writeBytes(read);
    }

    @Override
    public void fail(Failure failure) {
      failures.add(failure);
    }
  }

  private static @Nullable String inPieces(byte[] body, List<Integer> borders) {
    LineMasking lines =
        new LineMasking(line -> ALL.text(new String(line, UTF_8)).getBytes(UTF_8), 200);
    Collected out = new Collected();
    int from = 0;
    for (int border : borders) {
      lines.onChunk(Unpooled.copiedBuffer(body, from, border - from), out);
      from = border;
    }
    lines.onChunk(Unpooled.copiedBuffer(body, from, body.length - from), out);
    Headers trailers = new HeadTable();
    lines.onEnd(trailers, out);
    return out.failures.isEmpty() ? out.bytes.toString(UTF_8) : null;
  }

  private static final String TEXT =
      "name: 张三\ntel: 13800138000\n\nmail ann@example.com, 4111 1111 1111 1111\r\n11010519491231002X";

  @Test
  void everyBorderOfTwoChunksGivesTheSame() {
    byte[] body = TEXT.getBytes(UTF_8);
    String expected = ALL.text(TEXT);
    assertFalse(expected.contains("138"), expected);
    for (int border = 0; border <= body.length; border++) {
      assertEquals(expected, inPieces(body, List.of(border)), "border " + border);
    }
  }

  @Test
  void manyBordersGiveTheSame() {
    byte[] body = TEXT.getBytes(UTF_8);
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      List<Integer> borders = random.ints(9, 0, body.length + 1).sorted().boxed().toList();
      assertEquals(ALL.text(TEXT), inPieces(body, borders), borders::toString);
    }
  }

  @Test
  void aLineThatIsTooLongEndsTheBodyWhereverTheBordersAre() {
    byte[] body = ("a\n" + "x".repeat(201)).getBytes(UTF_8);
    for (int border = 0; border <= body.length; border++) {
      assertNull(inPieces(body, List.of(border)), "border " + border);
    }
  }
}
