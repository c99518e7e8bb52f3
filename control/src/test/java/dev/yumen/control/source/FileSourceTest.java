package dev.yumen.control.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.RouteConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {
  @TempDir Path folder;

  private final ConfigReader reader = new ConfigReader(Map.of(), Map.of());
  private final BlockingQueue<LoadedConfig> published = new LinkedBlockingQueue<>();
  private final List<FileSource> sources = new ArrayList<>();

  @AfterEach
  void close() {
    sources.forEach(FileSource::close);
  }

  @Test
  void aFileReplacedByRenameIsRead() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    watch(main);
    Files.move(write("yumen.yaml.new", routes("two")), main, StandardCopyOption.REPLACE_EXISTING);

    assertEquals(List.of("two"), nextRoutes());
  }

  @Test
  void nothingIsPublishedOnceItIsClosed() throws Exception {
    Path main = write("yumen.yaml", routes("one"));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FileSource source =
        new FileSource(
            main,
            reader::read,
            (loaded, why) -> {
              begun.countDown();
              await(goOn);
              published.add(loaded);
            });
    source.start(reader.read(main)).reloadNow();
    assertTrue(begun.await(20, TimeUnit.SECONDS));
    Thread closing = Thread.ofVirtual().start(source::close);
    assertFalse(closing.join(Duration.ofMillis(50)));
    goOn.countDown();

    closing.join();
    assertEquals(1, published.size());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aFileWrittenInPlaceIsRead() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    watch(main);
    write("yumen.yaml", routes("one", "two"));

    assertEquals(List.of("one", "two"), nextRoutes());
  }

  @Test
  void aFileOfTheSameSizeIsReadToo() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    watch(main);
    write("yumen.yaml", routes("two"));

    assertEquals(List.of("two"), nextRoutes());
  }

  @Test
  void linksSwappedAsKubernetesDoesAreRead() throws IOException {
    write("..v1/yumen.yaml", routes("one"));
    write("..v2/yumen.yaml", routes("two"));
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..v1"));
    Path main = folder.resolve("yumen.yaml");
    Files.createSymbolicLink(main, Path.of("..data/yumen.yaml"));
    watch(main);
    Path swapped = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..v2"));
    Files.move(swapped, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

    assertEquals(List.of("two"), nextRoutes());
  }

  @Test
  void aFileAddedToAnIncludedFolderIsReadAndSoIsItsRemoval() throws IOException {
    Path main = write("yumen.yaml", "include: routes/*.yaml\n");
    write("routes/a.yaml", routes("a"));
    watch(main);
    Path added = write("routes/b.yaml", routes("b"));
    assertEquals(List.of("a", "b"), nextRoutes());
    Files.delete(added);

    assertEquals(List.of("a"), nextRoutes());
  }

  @Test
  void anIncludeThatIsAddedIsWatchedFromThenOn() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    write("elsewhere/more.yaml", routes("two"));
    watch(main);
    write("yumen.yaml", "include: elsewhere/more.yaml\n" + routes("one"));
    assertEquals(List.of("one", "two"), nextRoutes());
    write("elsewhere/more.yaml", routes("two", "three"));

    assertEquals(List.of("one", "two", "three"), nextRoutes());
  }

  @Test
  void anIncludeThatWasMissingIsReadOnceItIsThere() throws IOException {
    Path main = write("yumen.yaml", "include: more.yaml\n" + routes("one"));
    watch(main);
    write("more.yaml", routes("two"));

    assertEquals(List.of("one", "two"), nextRoutes());
  }

  @Test
  void anIncludedFolderThatWasMissingIsReadOnceItIsThere() throws IOException {
    Path main = write("yumen.yaml", "include: routes/*.yaml\n" + routes("one"));
    watch(main);
    write("routes/a.yaml", routes("a"));

    assertEquals(List.of("one", "a"), nextRoutes());
  }

  @Test
  void everyFileOfAMainFolderIsWatched() throws IOException {
    write("conf/a.yaml", routes("a"));
    watch(folder.resolve("conf"));
    write("conf/b.yaml", routes("b"));
    assertEquals(List.of("a", "b"), nextRoutes());
    write("conf/a.yaml", routes("c"));

    assertEquals(List.of("c", "b"), nextRoutes());
  }

  @Test
  void aBrokenFileIsHandedOnAndSoIsItsRepair() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    watch(main);
    write("yumen.yaml", "routes: [\n");
    assertNull(next().config());
    write("yumen.yaml", routes("two"));

    assertEquals(List.of("two"), nextRoutes());
  }

  @Test
  void aMissingFileIsHandedOnAndReadOnceItIsBack() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    watch(main);
    Files.delete(main);
    assertNull(next().config());
    write("yumen.yaml", routes("two"));

    assertEquals(List.of("two"), nextRoutes());
  }

  @Test
  void aSecretFileThatChangesIsRead() throws IOException {
    Path main = write("yumen.yaml", routes("one").replace("/one", "\"${file:secret}\""));
    write("secret", "/first");
    watch(main);
    write("secret", "/second");

    assertEquals(List.of("one"), nextRoutes());
  }

  @Test
  void reloadNowReadsWithoutAChange() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    watch(main).reloadNow();

    assertEquals(List.of("one"), nextRoutes());
  }

  @Test
  void aFileThatChangesWhileItIsReadIsReadAgain() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    AtomicBoolean first = new AtomicBoolean(true);
    Function<Path, LoadedConfig> disturbed =
        path -> {
          LoadedConfig loaded = reader.read(path);
          if (first.getAndSet(false)) {
            uncheckedWrite("yumen.yaml", routes("later"));
          }
          return loaded;
        };
    FileSource source = new FileSource(main, disturbed, (loaded, why) -> published.add(loaded));
    sources.add(source);
    source.start(reader.read(main)).reloadNow();

    assertEquals(List.of("later"), nextRoutes());
  }

  @Test
  void watchingGoesOnWhenApplyingThrows() throws IOException {
    Path main = write("yumen.yaml", routes("one"));
    AtomicBoolean first = new AtomicBoolean(true);
    FileSource source =
        new FileSource(
            main,
            reader::read,
            (loaded, why) -> {
              published.add(loaded);
              if (first.getAndSet(false)) {
                throw new IllegalStateException("on purpose");
              }
            });
    sources.add(source);
    source.start(reader.read(main));
    write("yumen.yaml", routes("two"));
    assertEquals(List.of("two"), nextRoutes());
    write("yumen.yaml", routes("three"));

    assertEquals(List.of("three"), nextRoutes());
  }

  private FileSource watch(Path main) {
    FileSource source = new FileSource(main, reader::read, (loaded, why) -> published.add(loaded));
    sources.add(source);
    return source.start(reader.read(main));
  }

  private List<String> nextRoutes() {
    LoadedConfig loaded = next();
    GatewayConfig config = loaded.config();
    assertNotNull(config, () -> loaded.problems().toString());
    return config.routes().stream().map(RouteConfig::id).toList();
  }

  private LoadedConfig next() {
    try {
      @Nullable LoadedConfig loaded = published.poll(20, TimeUnit.SECONDS);
      assertNotNull(loaded, "nothing was read");
      return loaded;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String routes(String... ids) {
    StringBuilder text = new StringBuilder("routes:\n");
    for (String id : ids) {
      text.append("  - {id: %s, match: {path: /%1$s}, respond: {status: 200}}\n".formatted(id));
    }
    return text.toString();
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private void uncheckedWrite(String name, String text) {
    try {
      write(name, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
