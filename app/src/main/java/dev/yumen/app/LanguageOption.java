package dev.yumen.app;

import dev.yumen.control.plan.Texts;
import picocli.CommandLine.Option;

/** The option {@code --lang} of every command that explains something in sentences. */
final class LanguageOption {
  @Option(
      names = "--lang",
      paramLabel = "en|zh",
      defaultValue = "en",
      description = "Language of the sentences; ${DEFAULT-VALUE} unless given.")
  private Texts.Language language = Texts.Language.EN;

  Texts.Language language() {
    return language;
  }
}
