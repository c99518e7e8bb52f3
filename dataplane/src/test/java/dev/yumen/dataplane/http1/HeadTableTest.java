package dev.yumen.dataplane.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.http1.HeadParser.Kind;
import dev.yumen.dataplane.http1.HeadParser.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadTableTest {
  private final HeadTable table = new HeadTable();

  @Test
  void fieldsAreFoundInAnyCase() {
    request("Accept: a", "X-Own: 1", "ACCEPT: b", "x-own: 2");
    assertEquals("a", table.first("accept"));
    assertEquals(List.of("a", "b"), table.all("aCCept"));
    assertEquals(List.of("1", "2"), table.all("X-OWN"));
    assertEquals(List.of(), table.all("X-Ow"));
    assertNull(table.first("X-Owm"));
    assertTrue(table.contains("x-Own"));
    assertFalse(table.contains("X-Own2"));
    assertEquals(5, table.size());
  }

  @Test
  void ownedFieldsAreReadableButNeitherEditedNorWritten() {
    request("Connection: close", "Content-Length: 5", "TE: x", "A: b", "Proxy-Authorization: y");
    table.set("Content-Length", "7").add("Connection", "keep-alive").remove("TE").set("Host", "b");
    table.add("Transfer-Encoding", "chunked").set("upgrade", "x").set("HTTP2-Settings", "");
    assertEquals(List.of("5"), table.all("content-length"));
    assertEquals(List.of("close"), table.all("connection"));
    assertEquals("x", table.first("te"));
    assertEquals("a", table.first("host"));
    assertEquals("y", table.first("proxy-authorization"));
    assertFalse(table.contains("transfer-encoding"));
    assertEquals("A: b\r\n", Wire.written(table));
  }

  @Test
  void setReplacesWhereverTheFieldStands() {
    request("A: 1", "B: 2", "a: 3");
    table.set("A", "x").add("A", "y").set("C", "z").set("c", "w");
    assertEquals(List.of("x", "y"), table.all("a"));
    assertEquals("B: 2\r\nA: x\r\nA: y\r\nc: w\r\n", Wire.written(table));
    table.set("A", "q");
    assertEquals("B: 2\r\nc: w\r\nA: q\r\n", Wire.written(table));
    assertEquals(4, table.size());
    table.remove("A").remove("b").remove("absent");
    assertEquals("c: w\r\n", Wire.written(table));
    assertEquals(2, table.size());
  }

  @Test
  void removingTwiceCountsOnce() {
    request("A: 1");
    table.remove("A").remove("A");
    assertEquals(1, table.size());
  }

  @Test
  void lookAlikesGoWithWhatReplacesThem() {
    request("X_Auth_User: evil", "x_auth-user: evil", "X_Other: 1");
    table.set("X-Auth-User", "good");
    assertEquals("X_Other: 1\r\nX-Auth-User: good\r\n", Wire.written(table));
    assertNull(table.first("X_Auth_User"));
    table.remove("X-Other");
    assertEquals("X-Auth-User: good\r\n", Wire.written(table));
  }

  @Test
  void removingAnUnderscoredNameLeavesTheHyphenedOne() {
    request("X-A: 1", "X_A: 2");
    table.remove("X_A");
    assertEquals("X-A: 1\r\n", Wire.written(table));
  }

  @Test
  void oddWhiteSpaceIsWrittenAsOneSpace() {
    request("A:1", "B:  2", "C:\t3", "D: 4 ", "E:", "F: ", "G: 7");
    assertEquals("A:1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE:\r\nF: \r\nG: 7\r\n", Wire.written(table));
    assertEquals("2", table.first("b"));
    assertEquals("", table.first("f"));
  }

  @Test
  void sizeIsAnUpperBoundOfWhatIsWritten() {
    request("A:1", "B:\t2\t", "Connection: x", "C: 3", "D:4 ", "E:  5");
    table.set("C", "9").add("Long-Name", "long value");
    assertTrue(table.fieldBytes() >= Wire.written(table).length());
    HeadTable added = new HeadTable();
    added.add("A", "b").add("C", "").set("A", "\u00ff");
    assertEquals(added.fieldBytes(), Wire.written(added).length());
  }

  @Test
  void valuesKeepEveryByte() {
    StringBuilder all = new StringBuilder("x");
    for (char c = 0x20; c <= 0xFF; c++) {
      all.append(c == 0x7F ? 'x' : c);
    }
    request("A: " + all);
    assertEquals(all.toString(), table.first("a"));
    table.add("B", all.toString());
    assertEquals("A: " + all + "\r\nB: " + all + "\r\n", Wire.written(table));
  }

  @Test
  void aRefusedValueChangesNothing() {
    request("A: 1");
    table.set("B", "2");
    assertThrows(IllegalArgumentException.class, () -> table.set("B", "x\r\ny"));
    assertThrows(IllegalArgumentException.class, () -> table.set("A", "\u0140"));
    assertThrows(IllegalArgumentException.class, () -> table.add("C", "tail\u007f"));
    assertEquals("A: 1\r\nB: 2\r\n", Wire.written(table));
  }

  @Test
  void manyAndLongFieldsAreAdded() {
    StringBuilder expected = new StringBuilder();
    request();
    for (int i = 0; i < 200; i++) {
      String value = "é\t~".repeat(i);
      table.add("X-" + i, value);
      if (i % 3 != 0) {
        expected.append("X-").append(i).append(": ").append(value).append("\r\n");
      }
    }
    for (int i = 0; i < 200; i += 3) {
      table.remove("x-" + i);
    }
    assertEquals(expected.toString(), Wire.written(table));
    assertEquals("é\t~".repeat(199), table.first("x-199"));
  }

  @Test
  void responseKeepsHostWhichMeansNothingThere() {
    Result result =
        new HeadParser(Kind.RESPONSE, Wire.LIMITS)
            .parse(Wire.bytes("HTTP/1.1 200 \r\nHost: a,b\r\nHost: c\r\n\r\n"), table);
    assertEquals(Result.DONE, result);
    assertEquals(-1, table.hostStart());
    assertEquals("Host: a,b\r\nHost: c\r\n", Wire.written(table));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:", "a\r", "a\n", "\u00e9", "\u0161", "a\0", "(a)", "\""})
  void badNameIsNotTaken(String name) {
    assertThrows(IllegalArgumentException.class, () -> table.set(name, "x"));
    assertThrows(IllegalArgumentException.class, () -> table.add(name, "x"));
    assertEquals(0, table.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r", "\n", "a\r\nb: c", "\0", "\u007f", "\u001b", "\u0100", "\u010a"})
  void badValueIsNotTaken(String value) {
    assertThrows(IllegalArgumentException.class, () -> table.set("a", value));
    assertThrows(IllegalArgumentException.class, () -> table.add("a", value));
    assertEquals(0, table.size());
  }

  @Test
  void resetForgetsEverything() {
    request("Connection: close", "Content-Length: 5", "Expect: 100-continue", "A_B: c");
    table.add("B", "c").remove("A_B");
    table.reset();
    assertEquals(0, table.size());
    assertEquals(0, table.fieldBytes());
    assertEquals(-1, table.contentLength());
    assertEquals(-1, table.hostStart());
    assertEquals("", table.method());
    assertTrue(table.persistent());
    assertFalse(table.expectContinue());
    assertEquals("", Wire.written(table));
  }

  @Test
  void memoryOfALargeHeadIsBoundedAndGivenBack() {
    HeadParser parser = new HeadParser(Kind.REQUEST, Wire.LIMITS);
    ByteBuf one = Unpooled.buffer(1);
    parser.parse(Wire.bytes("GET / HTTP/1.1\r\nA: "), table);
    int sent = 0;
    Result result = Result.NEED_MORE;
    while (result == Result.NEED_MORE && sent < 100_000) {
      result = parser.parse(one.clear().writeByte('x'), table);
      sent++;
    }
    assertEquals(WireError.HEADER_TOO_LARGE, parser.error());
    assertEquals(Wire.LIMITS.headerLine() - "A: ".length() + 1, sent);
    assertTrue(table.bytes().length <= 2 * (16384 + 8192));
    table.reset();
    assertTrue(table.bytes().length <= 8192);
  }

  @Test
  void floodInOnePieceIsNotCopiedWhole() {
    ByteBuf flood = Wire.bytes("GET / HTTP/1.1\r\nA: " + "x".repeat(1 << 20));
    assertEquals(Result.FAILED, new HeadParser(Kind.REQUEST, Wire.LIMITS).parse(flood, table));
    assertTrue(table.bytes().length <= 2 * (16384 + 8192));
  }

  @ParameterizedTest
  @CsvSource({"32, 0, ''", "33, 0, BAD_CONNECTION", "16, 16, ''", "16, 17, BAD_CONNECTION"})
  void connectionOptionsAreBoundedOverAllFields(int first, int second, String reason) {
    HeadParser parser = new HeadParser(Kind.REQUEST, Wire.LIMITS);
    String lines = "Connection: " + "a,".repeat(first) + "\r\nConnection: " + ",".repeat(second);
    ByteBuf in = Wire.bytes("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n");
    Result result = parser.parse(in, table);
    assertEquals(reason, result == Result.FAILED ? parser.error().name() : "");
  }

  @Test
  void manyFieldsAreKept() {
    String[] lines = new String[90];
    List<String> expected = new ArrayList<>(List.of("a"));
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "X-" + i + ": " + i;
      expected.add("" + i);
    }
    request(lines);
    List<String> values = new ArrayList<>();
    table.forEach((name, value) -> values.add(value));
    assertEquals(expected, values);
  }

  private void request(String... lines) {
    String head = "GET / HTTP/1.1\r\nHost: a\r\n" + String.join("\r\n", lines) + "\r\n\r\n";
    HeadParser parser = new HeadParser(Kind.REQUEST, Wire.LIMITS);
    assertEquals(Result.DONE, parser.parse(Wire.bytes(head), table));
  }
}
