package dev.yumen.app;

import dev.yumen.app.Main.BadInput;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a command shows to an admin API. */
final class AdminToken {
  /** The variable of the environment that a token is taken from. */
  static final String VARIABLE = "YUMEN_ADMIN_TOKEN";

  private AdminToken() {}

  /**
   * The token of a file, or that of the environment.
   *
   * @return null when there is none
   */
  static @Nullable String of(@Nullable Path tokenFile, Map<String, String> environment) {
    String token = environment.getOrDefault(VARIABLE, "");
    String from = VARIABLE;
    if (tokenFile != null) {
      from = tokenFile.toString();
      token = ReadableFile.text(tokenFile, "a file with the token, named by --token-file");
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
