package dev.yumen.app;

import dev.yumen.control.plan.Texts.Language;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --lang} of every command that explains something in sentences. */
final class LanguageOption {
  @Option(
      names = "--lang",
      paramLabel = "en|zh",
      description = "Language of the sentences; that of LANG, if it is one of them, unless given.")
  private @Nullable Language language;

  Language language() {
    return language == null ? of(System.getenv()) : language;
  }

  /** As the admin API and the texts name it: {@code en} or {@code zh}. */
  String code() {
    return language().name().toLowerCase(Locale.ROOT);
  }

  /** What the environment asks for; English when that is none of ours. */
  static Language of(Map<String, String> environment) {
    String wanted =
        Stream.of("LC_ALL", "LC_MESSAGES", "LANG")
            .map(name -> environment.getOrDefault(name, ""))
            .filter(value -> !value.isEmpty())
            .findFirst()
            .orElse("");
    return wanted.toLowerCase(Locale.ROOT).matches("zh([-_.@].*)?") ? Language.ZH : Language.EN;
  }
}
