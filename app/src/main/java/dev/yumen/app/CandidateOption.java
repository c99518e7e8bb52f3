package dev.yumen.app;

import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** What a new configuration is that a running gateway is asked about. */
final class CandidateOption {
  /** As the admin API names it. */
  private enum Part {
    ALL,
    SOURCE
  }

  @Option(
      names = "--part",
      paramLabel = "all|source",
      defaultValue = "all",
      description = {
        "What NEW is: all of the configuration, or what the gateway's source would hold beside its",
        "files; ${DEFAULT-VALUE} unless given."
      })
  private Part part = Part.ALL;

  /**
   * What the gateway says of it.
   *
   * @param path of the admin API, such as {@code /plan}
   * @param member that each answer has, as a JSON Pointer
   * @param file whose text is sent; variables and files in it are those of the gateway
   */
  JsonNode ask(AdminOption admin, String path, String member, Path file, LanguageOption language) {
    String text = ReadableFile.text(file, "a file with the new configuration");
    String query = "?lang=" + language.code() + "&part=" + part.name().toLowerCase(Locale.ROOT);
    try (AdminClient client = admin.open()) {
      return client.having(member, client.post(path + query, "application/yaml", text));
    }
  }
}
