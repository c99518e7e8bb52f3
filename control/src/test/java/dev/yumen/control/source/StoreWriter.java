package dev.yumen.control.source;

import dev.yumen.control.source.DocumentStore.Stored;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A program that writes to a store until it is killed, and says the number of each document once
 * that was acknowledged.
 */
final class StoreWriter {
  private static final int LINES = 2_000;

  private StoreWriter() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    LocalStore store = new LocalStore(Path.of(arguments[0]));
    Stored now = store.read();
    for (int number = number(now) + 1; ; number++) {
      now = store.write(document(number), now.revision());
      out.println(number);
    }
  }

  /** The number of the document that is held; 0 when there is none. */
  static int number(Stored stored) {
    String text = stored.document();
    return text == null ? 0 : Integer.parseInt(text.substring(2, text.indexOf('\n')));
  }

  /** Some 100 KB, each another one in every line. */
  static String document(int number) {
    return ("# " + number + "\n" + "# and that is a line of document " + number + "\n")
        .repeat(LINES);
  }
}
