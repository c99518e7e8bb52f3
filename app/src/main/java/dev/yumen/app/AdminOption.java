package dev.yumen.app;

import dev.yumen.app.Main.BadInput;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options of every command that asks a running gateway. A token is not taken from the command
 * line, where every user of the machine can read it.
 */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AdminOption {
  /** The variable of the environment that a token is taken from. */
  static final String VARIABLE = "YUMEN_ADMIN_TOKEN";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--admin",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1:9901",
      description = "The gateway's admin API, host:port or a URL; ${DEFAULT-VALUE} unless given.")
  private String address;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the token; without, the variable " + VARIABLE + " is used.")
  private @Nullable Path tokenFile;

  /** As it was given, for what is printed. */
  String address() {
    return address;
  }

  /** A client for it, to be closed. */
  AdminClient open() {
    return open(System.getenv());
  }

  AdminClient open(Map<String, String> environment) {
    URI base = AdminClient.address(address);
    if (base == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--admin " + address + " (expected: host:port, or a URL such as https://gateway:9901)");
    }
    return new AdminClient(base, token(environment));
  }

  private @Nullable String token(Map<String, String> environment) {
    String token = environment.getOrDefault(VARIABLE, "");
    String from = VARIABLE;
    if (tokenFile != null) {
      from = tokenFile.toString();
      try {
        token = Files.readString(tokenFile);
      } catch (IOException e) {
        throw new BadInput("--token-file " + tokenFile + " can not be read: " + e.getMessage());
      }
    }
    token = token.strip();
    if (token.isEmpty() && tokenFile == null) {
      return null;
    }
    if (!token.matches("[!-~]+")) {
      throw new BadInput(from + ": no token (expected: one line of visible characters)");
    }
    return token;
  }
}
