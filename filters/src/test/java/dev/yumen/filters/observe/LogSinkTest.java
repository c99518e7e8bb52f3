package dev.yumen.filters.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.DataSize;
import dev.yumen.api.InvalidValue;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LogSinkTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final DataSize BUFFER = new DataSize(1 << 20);

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final AtomicLong dropped = new AtomicLong();
  private final List<LogSink> sinks = new ArrayList<>();

  @AfterEach
  void close() {
    sinks.forEach(LogSink::close);
  }

  @Test
  void linesOfSeveralThreadsAreWrittenWholeAndInOrder() throws IOException, InterruptedException {
    Path file = folder.resolve("logs/access.log");
    LogSink open = toFile(file, 0, 0);
    List<Thread> threads =
        IntStream.range(0, 3)
            .mapToObj(
                thread ->
                    Thread.ofPlatform()
                        .start(
                            () ->
                                IntStream.range(0, 2_000)
                                    .forEach(i -> open.offer(line(thread + " " + i)))))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    open.close();

    List<String> lines = Files.readAllLines(file);
    assertEquals(6_000, lines.size());
    for (int thread = 0; thread < 3; thread++) {
      String start = thread + " ";
      assertEquals(
          IntStream.range(0, 2_000).mapToObj(i -> start + i).toList(),
          lines.stream().filter(line -> line.startsWith(start)).toList());
    }
    assertEquals(0, dropped.get());
  }

  @Test
  void linesAppearWithoutAClose() {
    Path file = folder.resolve("access.log");
    toFile(file, 0, 0).offer(line("one"));

    Eventually.within(SOON, () -> read(file).equals("one\n"));
  }

  @Test
  void aFullFileIsSetAside() throws IOException {
    Path file = folder.resolve("access.log");
    LogSink open = toFile(file, 100, 2);
    for (int i = 0; i < 40; i++) {
      open.offer(line("line %04d".formatted(i)));
    }
    open.close();

    assertEquals(List.of("access.log", "access.log.1", "access.log.2"), files());
    assertEquals(10, Files.readAllLines(folder.resolve("access.log.1")).size());
    assertEquals("line 0010", Files.readAllLines(folder.resolve("access.log.2")).getFirst());
    assertEquals("line 0020", Files.readAllLines(folder.resolve("access.log.1")).getFirst());
    assertEquals("line 0030", Files.readAllLines(file).getFirst());
  }

  @Test
  void aLineLargerThanTheFileIsWrittenWhole() throws IOException {
    Path file = folder.resolve("access.log");
    LogSink open = toFile(file, 100, 2);
    open.offer(line("first"));
    open.offer(line("x".repeat(100_000)));
    open.close();

    assertEquals(100_001, Files.size(file));
    assertEquals("first\n", read(folder.resolve("access.log.1")));
  }

  @Test
  void anExistingFileIsContinued() throws IOException {
    Path file = folder.resolve("access.log");
    Files.writeString(file, "before\n");
    LogSink open = toFile(file, 0, 0);
    open.offer(line("after"));
    open.close();

    assertEquals("before\nafter\n", read(file));
  }

  @Test
  void aFileRenamedBySomebodyElseIsMadeAgain() throws IOException {
    Path file = folder.resolve("access.log");
    LogSink open = toFile(file, 0, 0);
    open.offer(line("one"));
    Eventually.within(SOON, () -> read(file).equals("one\n"));
    Files.move(file, folder.resolve("moved"));
    clock.advance(Duration.ofSeconds(2));
    open.offer(line("two"));
    open.close();

    assertEquals("one\n", read(folder.resolve("moved")));
    assertEquals("two\n", read(file));
  }

  @Test
  void aFileCutBySomebodyElseGoesOn() throws IOException {
    Path file = folder.resolve("access.log");
    LogSink open = toFile(file, 12, 3);
    open.offer(line("one"));
    Eventually.within(SOON, () -> read(file).equals("one\n"));
    Files.writeString(file, "");
    clock.advance(Duration.ofSeconds(2));
    open.offer(line("23456789ab"));
    open.close();

    assertEquals("23456789ab\n", read(file));
    assertEquals(List.of("access.log"), files());
  }

  @Test
  void linesAboveTheBufferAreDroppedAndCounted() throws InterruptedException {
    Blocked blocked = new Blocked();
    LogSink open =
        started(
            new LogSink(blocked, new DataSize(10), dropped::addAndGet, clock::nanoTime).start());
    assertTrue(open.offer(line("taken")));
    blocked.entered.await();

    assertTrue(open.offer(line("1234")));
    assertTrue(open.offer(line("5678")));
    assertFalse(open.offer(line("9")));
    assertEquals(1, dropped.get());
    blocked.open.countDown();
    open.close();

    assertEquals(List.of("taken\n", "1234\n5678\n"), blocked.written);
  }

  @Test
  void offersAfterTheCloseAreDropped() {
    LogSink open = toFile(folder.resolve("access.log"), 0, 0);
    open.close();

    assertFalse(open.offer(line("late")));
    assertEquals(1, dropped.get());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskDropsLinesAndThrowsNothing() {
    LogSink open = toFile(Path.of("/dev/full"), 0, 0);

    assertTrue(open.offer(line("one")));
    Eventually.within(SOON, () -> dropped.get() == 1);
    assertTrue(open.offer(line("two")));
    Eventually.within(SOON, () -> dropped.get() == 2);
  }

  @Test
  void writingGoesOnWhenTheDiskHasRoomAgain() {
    Failing failing = new Failing();
    LogSink open =
        started(new LogSink(failing, BUFFER, dropped::addAndGet, clock::nanoTime).start());
    open.offer(line("lost"));
    Eventually.within(SOON, () -> dropped.get() == 1);
    failing.full = false;
    clock.advance(Duration.ofSeconds(2));
    open.offer(line("kept"));
    open.close();

    assertEquals(List.of("kept\n"), failing.written);
    assertEquals(1, dropped.get());
  }

  @Test
  void aFileThatCanNotBeWrittenIsRefusedAtOnce() throws IOException {
    Path notAFolder = Files.writeString(folder.resolve("file"), "");

    InvalidValue refused =
        assertThrows(InvalidValue.class, () -> toFile(notAFolder.resolve("access.log"), 0, 0));
    assertEquals("file", refused.component());
  }

  private LogSink toFile(Path file, int maxBytes, int maxFiles) {
    return started(
        LogSink.open(
            new LogSink.Settings(file, new DataSize(maxBytes), maxFiles, BUFFER),
            dropped::addAndGet,
            clock::nanoTime));
  }

  private LogSink started(LogSink open) {
    sinks.add(open);
    return open;
  }

  private static byte[] line(String text) {
    return (text + "\n").getBytes(UTF_8);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private List<String> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** A destination that waits until it is opened. */
  private static final class Blocked implements LogDestination {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    final List<String> written = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void write(byte[] bytes, int length) throws IOException {
      entered.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      written.add(new String(bytes, 0, length, UTF_8));
    }

    @Override
    public long room() {
      return Long.MAX_VALUE;
    }

    @Override
    public void close() {}
  }

  /** A destination on a disk that is full at first. */
  private static final class Failing implements LogDestination {
    volatile boolean full = true;
    final List<String> written = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void write(byte[] bytes, int length) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      written.add(new String(bytes, 0, length, UTF_8));
    }

    @Override
    public long room() {
      return Long.MAX_VALUE;
    }

    @Override
    public void close() {}
  }
}
