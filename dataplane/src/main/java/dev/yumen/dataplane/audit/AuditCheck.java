package dev.yumen.dataplane.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the files of an audit log are as they were written.
 *
 * <p>Each record has a number, the hash of the one before it, and a hash over that and its own
 * bytes. So a changed record does not have its hash, and one that was taken out, put in or moved
 * does not follow the one before it. Records at the end that were cut off whole leave no trace in
 * the files; for these the caller has to know the number and hash of a later record.
 */
public final class AuditCheck {
  private static final int LONGEST_LINE = 1 << 20;

  private final Map<String, Seal> keys = new LinkedHashMap<>();
  private final List<Break> breaks = new ArrayList<>();

  private @Nullable AuditLine before;
  private long first;
  private long records;
  private boolean keyed;
  private final @Nullable Head expected;
  private boolean headSeen;
  private @Nullable Unread unread;

  /** A record that is known from elsewhere, such as the log line at a stop. */
  public record Head(long sequence, String hash) {
    /** From {@code NUMBER:HASH}; empty when it is not of that form. */
    public static Optional<Head> parse(String text) {
      return text.matches("[1-9][0-9]{0,17}:[0-9a-f]{64}")
          ? Optional.of(
              new Head(
                  Long.parseLong(text.substring(0, text.indexOf(':'))),
                  text.substring(text.indexOf(':') + 1)))
          : Optional.empty();
    }
  }

  /** What is wrong, and where. */
  public record Break(Path file, long line, String what) {
    @Override
    public String toString() {
      return file + ":" + line + ": " + what;
    }
  }

  /**
   * What was found.
   *
   * @param records how many are good so far as they were read
   * @param first number of the first; 0 when there is none
   * @param last number of the last
   * @param hash of the last
   * @param broken what is wrong first; null when all is well. What comes after a break is not told,
   *     as one break makes others.
   */
  public record Result(long records, long first, long last, String hash, @Nullable Break broken) {}

  /** A line that is no record: good only when the next record tells that it was torn. */
  private record Unread(Path file, long line, byte[] bytes, boolean ended) {}

  private AuditCheck(List<String> secrets, @Nullable Head expected) {
    for (String secret : secrets) {
      Seal seal = Seal.of(secret);
      keys.put(String.valueOf(seal.keyId()), seal);
    }
    this.expected = expected;
  }

  /**
   * Reads all files.
   *
   * @param files in any order
   * @param keys every one that was used; without them, only logs without a key can be checked
   * @param expected a record that must be there; null for none
   * @throws IOException when one can not be read
   */
  public static Result of(List<Path> files, List<String> keys, @Nullable Head expected)
      throws IOException {
    AuditCheck check = new AuditCheck(keys, expected);
    List<Path> inOrder = inOrder(files);
    for (Path file : inOrder) {
      check.read(file);
      if (!check.breaks.isEmpty()) {
        break;
      }
    }
    check.end(inOrder.getLast());
    AuditLine last = check.before;
    return new Result(
        check.records,
        check.first,
        last == null ? 0 : last.sequence(),
        last == null ? AuditLine.ORIGIN : last.hash(),
        check.breaks.isEmpty() ? null : check.breaks.getFirst());
  }

  /** By the number of their first record. */
  private static List<Path> inOrder(List<Path> files) throws IOException {
    Map<Path, Long> numbers = new LinkedHashMap<>();
    for (Path file : files) {
      numbers.put(file, firstNumber(file));
    }
    return numbers.keySet().stream().sorted(Comparator.comparing(numbers::get)).toList();
  }

  private static long firstNumber(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      for (byte[] line = line(in); line.length > 0; line = line(in)) {
        AuditLine record = AuditLine.parse(withoutEnd(line));
        if (record != null) {
          return record.sequence();
        }
      }
    }
    return Long.MAX_VALUE;
  }

  private void read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      long number = 1;
      for (byte[] line = line(in); line.length > 0 && breaks.isEmpty(); line = line(in)) {
        take(file, number, line);
        number++;
      }
    }
  }

  private void take(Path file, long number, byte[] bytes) {
    boolean ended = bytes[bytes.length - 1] == '\n';
    byte[] text = withoutEnd(bytes);
    AuditLine line = ended ? AuditLine.parse(text) : null;
    if (line == null) {
      if (unread != null) {
        tell(unread);
      }
      unread = new Unread(file, number, text, ended);
      return;
    }
    if (unread != null && !isTold(unread, line)) {
      tell(unread);
      return;
    }
    if (unread == null && line.kind().equals(AuditLine.TORN)) {
      broken(file, number, "missing: the torn line that this record tells of");
      return;
    }
    unread = null;
    String wrong = wrong(line);
    if (wrong != null) {
      broken(file, number, wrong);
      return;
    }
    if (before == null) {
      first = line.sequence();
    }
    headSeen |=
        expected != null
            && expected.sequence() == line.sequence()
            && expected.hash().equals(line.hash());
    keyed |= line.keyId() != null;
    before = line;
    records++;
  }

  private static boolean isTold(Unread line, AuditLine by) {
    AuditLine.Torn torn = by.torn();
    return torn != null
        && torn.bytes() == line.bytes().length
        && torn.sha256().equals(HexFormat.of().formatHex(Seal.digest(line.bytes())));
  }

  private @Nullable String wrong(AuditLine line) {
    String wrong = wrongKey(line);
    if (wrong == null) {
      Seal seal = line.keyId() == null ? Seal.PLAIN : keys.get(line.keyId());
      boolean own = seal != null && seal.hash(line.previous(), line.record()).equals(line.hash());
      wrong = own ? wrongPlace(line) : "changed: the record does not have its hash";
    }
    return wrong;
  }

  private @Nullable String wrongKey(AuditLine line) {
    if (line.keyId() == null) {
      return keyed ? "wrong key: closed without a key, unlike the record before it" : null;
    }
    if (keys.isEmpty()) {
      return "wrong key: none was given, and the record is closed with one";
    }
    return keys.containsKey(line.keyId())
        ? null
        : "wrong key: the record is closed with another one";
  }

  private @Nullable String wrongPlace(AuditLine line) {
    AuditLine last = before;
    if (last == null) {
      return wrongBeginning(line);
    }
    long expectedNumber = last.sequence() + 1;
    if (line.sequence() > expectedNumber) {
      return "missing: after record " + last.sequence() + " comes " + line.sequence();
    }
    if (line.sequence() < expectedNumber) {
      return "reordered: after record " + last.sequence() + " comes " + line.sequence();
    }
    return line.previous().equals(last.hash())
        ? null
        : "changed: record " + line.sequence() + " does not follow the one before it";
  }

  private static @Nullable String wrongBeginning(AuditLine line) {
    if (line.sequence() == 1) {
      return line.previous().equals(AuditLine.ORIGIN) ? null : "changed: the beginning of the log";
    }
    boolean begins = line.kind().equals(AuditLine.CONTINUED) || line.kind().equals(AuditLine.TORN);
    return begins ? null : "missing: the records before " + line.sequence();
  }

  private void tell(Unread line) {
    String text = new String(line.bytes(), 0, Math.min(40, line.bytes().length), US_ASCII);
    broken(
        line.file(),
        line.line(),
        line.ended()
            ? "changed: no record: " + text.replaceAll("[^ -~]", "?")
            : "truncated: the last line is not whole");
  }

  private void end(Path last) {
    if (unread != null) {
      tell(unread);
    }
    AuditLine end = before;
    if (end == null) {
      broken(last, 1, "truncated: there is no record");
      return;
    }
    if (!keys.isEmpty() && !keyed) {
      broken(last, 1, "wrong key: no record is closed with one");
    }
    if (expected != null && !headSeen) {
      String what = "record " + expected.sequence() + " of this hash is not there";
      broken(last, 1, (end.sequence() < expected.sequence() ? "truncated: " : "changed: ") + what);
    }
  }

  private void broken(Path file, long line, String what) {
    breaks.add(new Break(file, line, what));
  }

  /** With its line feed; without one at the end of the file, empty behind it. */
  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    for (int next = in.read(); next >= 0; next = in.read()) {
      line.write(next);
      if (next == '\n' || line.size() == LONGEST_LINE) {
        break;
      }
    }
    return line.toByteArray();
  }

  private static byte[] withoutEnd(byte[] line) {
    boolean ended = line.length > 0 && line[line.length - 1] == '\n';
    return Arrays.copyOf(line, line.length - (ended ? 1 : 0));
  }
}
