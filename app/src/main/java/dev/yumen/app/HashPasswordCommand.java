package dev.yumen.app;

import dev.yumen.filters.auth.PasswordHash;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code yumen hash-password}: what stands in a configuration instead of a password. Reads it from
 * the terminal without showing it, or from standard input; never from an argument, which other
 * users of the machine can see.
 */
@Command(
    name = "hash-password",
    description = {
      "Prints the argon2id hash of a password, for password-hash in a consumer's basic.",
      "Asks for the password, or takes the line on standard input."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class HashPasswordCommand implements Runnable {
  private static final int MOST_BYTES = 1_024;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    Console terminal = terminal();
    byte[] password = terminal == null ? line(System.in) : asked(terminal);
    if (password.length == 0) {
      throw new Main.BadInput("the password is empty");
    }
    if (password.length > MOST_BYTES) {
      throw new Main.BadInput("the password is longer than " + MOST_BYTES + " bytes");
    }
    spec.commandLine().getOut().println(PasswordHash.of(password));
  }

  @SuppressWarnings("SystemConsoleNull") // it is null again since JDK 25, without a terminal
  private static @Nullable Console terminal() {
    Console console = System.console();
    return console != null && console.isTerminal() ? console : null;
  }

  private static byte[] asked(Console console) {
    byte[] password = bytes(console.readPassword("Password: "));
    if (!Arrays.equals(password, bytes(console.readPassword("Again: ")))) {
      throw new Main.BadInput("the two passwords differ");
    }
    return password;
  }

  private static byte[] bytes(char[] typed) {
    byte[] encoded = new byte[0];
    if (typed != null) {
      var buffer = StandardCharsets.UTF_8.encode(CharBuffer.wrap(typed));
      encoded = new byte[buffer.remaining()];
      buffer.get(encoded);
      Arrays.fill(typed, ' ');
    }
    return encoded;
  }

  /** The first line without its end, whatever it ends in. */
  private static byte[] line(InputStream in) {
    try {
      byte[] read = in.readNBytes(MOST_BYTES + 2);
      int end = 0;
      while (end < read.length && read[end] != '\n' && read[end] != '\r') {
        end++;
      }
      return Arrays.copyOf(read, end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
