package dev.yumen.app;

import dev.yumen.api.UrlPasswords;
import java.net.URI;
import java.util.Map;
import picocli.CommandLine.Mixin;
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
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--admin",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1:9901",
      description = "The gateway's admin API, host:port or a URL; ${DEFAULT-VALUE} unless given.")
  private String address;

  @Mixin private AdminAccess access;

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
          "--admin "
              + UrlPasswords.hiddenIn(address)
              + " (expected: host:port, or a URL such as https://gateway:9901)");
    }
    return access.open(base, environment);
  }
}
