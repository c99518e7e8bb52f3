package dev.yumen.app;

import dev.yumen.dataplane.audit.AuditCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code yumen audit}: what can be done with an audit log. */
@Command(
    name = "audit",
    description = "Checks audit logs.",
    subcommands = AuditCommand.Verify.class)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AuditCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "No command given, such as verify.");
  }

  /** {@code yumen audit verify}: whether the files are as the gateway wrote them. */
  @Command(
      name = "verify",
      description = {
        "Says whether the files of one audit log are as the gateway wrote them.",
        "Finds what was changed, taken out, put in or put in another order. Files in any order;"
            + " exit status 1 when something was."
      })
  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  static final class Verify implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OutputOption output;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "The log and those set aside.")
    private List<Path> files;

    @Option(
        names = "--key-file",
        paramLabel = "FILE",
        description = "File with the setting key; several when it was changed.")
    private List<Path> keyFiles = new ArrayList<>();

    @Option(
        names = "--expect",
        paramLabel = "NUMBER:HASH",
        description = "A record known from elsewhere that must be there, such as the last one.")
    private @Nullable String expect;

    @Override
    public Integer call() {
      AuditCheck.Head head = null;
      if (expect != null) {
        head =
            AuditCheck.Head.parse(expect)
                .orElseThrow(
                    () ->
                        new ParameterException(
                            spec.commandLine(), "--expect: " + expect + " is no NUMBER:HASH"));
      }
      AuditCheck.Result result = result(head);
      PrintWriter out = spec.commandLine().getOut();
      if (output.isJson()) {
        out.println(OutputOption.json(asData(result)));
      } else if (result.broken() != null) {
        out.println(result.broken());
      } else {
        out.printf(
            "good: %d records, %d to %d, hash %s%n",
            result.records(), result.first(), result.last(), result.hash());
      }
      return result.broken() == null ? 0 : Main.BAD_INPUT;
    }

    private AuditCheck.Result result(AuditCheck.@Nullable Head head) {
      try {
        List<String> keys = new ArrayList<>();
        for (Path file : keyFiles) {
          keys.add(ReadableFile.text(file, "a file with the key").replaceFirst("\\R\\z", ""));
        }
        return AuditCheck.of(files, keys, head);
      } catch (IOException e) {
        String file = e instanceof FileSystemException of ? of.getFile() : null;
        throw new Main.BadInput(
            file == null
                ? "the log can not be read: " + e.getMessage()
                : "%s can not be read: %s (expected: a file of an audit log)"
                    .formatted(file, ReadableFile.why(Path.of(file), e)));
      }
    }

    private static Map<String, Object> asData(AuditCheck.Result result) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("good", result.broken() == null);
      data.put("records", result.records());
      data.put("first", result.first());
      data.put("last", result.last());
      data.put("hash", result.hash());
      AuditCheck.Break broken = result.broken();
      if (broken != null) {
        data.put("file", broken.file().toString());
        data.put("line", broken.line());
        data.put("problem", broken.what());
      }
      return data;
    }
  }
}
