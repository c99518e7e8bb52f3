package dev.yumen.app;

import dev.yumen.app.Templates.Template;
import dev.yumen.control.plan.Texts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code yumen init}: a configuration of one's own to begin with. */
@Command(
    name = "init",
    description = {
      "Copies a template into a folder: a configuration to begin with.",
      "Files that exist are never touched: if there is one of the same name, nothing is written."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class InitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;
  @Mixin private LanguageOption language;

  @Parameters(
      arity = "0..1",
      paramLabel = "FOLDER",
      defaultValue = ".",
      description = "Where to; this folder unless given.")
  private Path folder;

  @Option(
      names = {"-t", "--template"},
      paramLabel = "NAME",
      description = "Which template; --list tells.")
  private @Nullable String name;

  @Option(names = "--list", description = "Prints the templates, and writes nothing.")
  private boolean list;

  @Override
  public Integer call() {
    LogSetup.quiet();
    CommandLine commandLine = spec.commandLine();
    PrintWriter out = commandLine.getOut();
    Templates templates = new Templates(Example.templates());
    List<Template> all = templates.all(language.language());
    if (list) {
      out.println(output.isJson() ? OutputOption.json(all) : lines(all));
      out.flush();
      return 0;
    }
    if (name == null) {
      commandLine.getErr().println(lines(all) + "\n\n" + choose(all));
      return CommandLine.ExitCode.USAGE;
    }
    if (all.stream().noneMatch(template -> template.name().equals(name))) {
      String names = all.stream().map(Template::name).collect(Collectors.joining(", "));
      throw new ParameterException(
          commandLine, "--template " + name + " (expected: " + names + ")");
    }
    List<Path> written = templates.copy(name, folder);
    out.println(output.isJson() ? OutputOption.json(texts(written)) : next(written));
    out.flush();
    return 0;
  }

  private static String lines(List<Template> all) {
    int width = all.stream().mapToInt(template -> template.name().length()).max().orElse(0);
    return all.stream()
        .map(template -> pad(template.name(), width) + "  " + template.title())
        .collect(Collectors.joining("\n"));
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  private String choose(List<Template> all) {
    String example =
        Called.name()
            + " init "
            + Called.typed(folder)
            + " --template "
            + (all.isEmpty() ? "NAME" : all.getFirst().name());
    return switch (language.language()) {
      case EN -> "Choose one, such as: " + example;
      case ZH -> "请选择一个，例如：" + example;
    };
  }

  private static List<String> texts(List<Path> paths) {
    return paths.stream().map(Path::toString).toList();
  }

  /** What was written, and what to do with it. */
  private String next(List<Path> written) {
    StringBuilder said = new StringBuilder();
    Texts.Language in = language.language();
    boolean chinese = in == Texts.Language.ZH;
    written.forEach(file -> said.append("  ").append(folder.resolve(file)).append('\n'));
    said.append(chinese ? "\n接下来：\n" : "\nNext:\n");
    said.append(chinese ? "  阅读 " : "  read  ")
        .append(Called.typed(folder.resolve(chinese ? "README.zh-CN.md" : "README.md")))
        .append('\n');
    if (written.contains(Path.of(".env.example"))) {
      said.append("  cp ").append(Called.typed(folder.resolve(".env.example"))).append(' ');
      said.append(Called.typed(folder.resolve(".env")))
          .append(chinese ? "     # 填写其中的密钥和地址\n" : "     # and fill in secrets and addresses\n");
    }
    said.append("  " + Called.name() + " check ")
        .append(Called.typed(folder.resolve("yumen.yaml")))
        .append('\n');
    return said.append("  " + Called.name() + " run --config ")
        .append(Called.typed(folder.resolve("yumen.yaml")))
        .toString();
  }
}
