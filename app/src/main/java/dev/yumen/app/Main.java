package dev.yumen.app;

import dev.yumen.dataplane.ProgramVersion;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program {@code yumen}: finds the command and gives its exit status. */
@Command(
    name = "yumen",
    description = "An API gateway that can say why a request went where it went.",
    versionProvider = Main.Version.class,
    subcommands = {
      RunCommand.class,
      InitCommand.class,
      CheckCommand.class,
      RoutesCommand.class,
      ExplainCommand.class,
      DiagnoseCommand.class,
      PlanCommand.class,
      ReplayCommand.class,
      DiffCommand.class,
      HistoryCommand.class,
      VersionsCommand.class,
      RollbackCommand.class,
      ConfirmCommand.class,
      TopCommand.class,
      SchemaCommand.class,
      HashPasswordCommand.class,
      AuditCommand.class,
      TrainCommand.class,
      VersionCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "Exit status: 0 good, 1 the input is bad or was refused, 2 wrong usage.",
      "In a source tree, `./yumen test` runs every test and `./yumen format` formats the code."
    })
public final class Main implements Runnable {
  /** Exit status when what was read is bad. */
  static final int BAD_INPUT = 1;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this text.")
  @SuppressWarnings("unused") // picocli looks at it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Prints the version.")
  @SuppressWarnings("unused") // picocli looks at it
  private boolean version;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.exit(isPlainRun(arguments) ? run(arguments) : commandLine().execute(arguments));
  }

  /**
   * Whether it is {@code run}, {@code run X} or {@code run --config X}. These go past picocli,
   * which would take longer to start than the gateway itself (RATIONALE.md#start).
   */
  static boolean isPlainRun(String[] arguments) {
    if (arguments.length == 0 || !arguments[0].equals("run")) {
      return false;
    }
    return switch (arguments.length) {
      case 1 -> true;
      case 2 -> isName(arguments[1]);
      case 3 -> arguments[1].equals("--config") && isName(arguments[2]);
      default -> false;
    };
  }

  /** Whether it means the same to picocli: no option. */
  private static boolean isName(String argument) {
    return !argument.startsWith("-");
  }

  private static int run(String[] arguments) throws InterruptedException {
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    GatewayRun run = new GatewayRun(new PrintWriter(System.out, true, System.out.charset()), err);
    try {
      return arguments.length == 1
          ? run.runQuickStart(Example.quickStart(), System.getenv())
          : run.run(Path.of(arguments[arguments.length - 1]));
    } catch (BadInput e) {
      err.println(e.getMessage());
      return BAD_INPUT;
    }
  }

  /** The commands, as tests call them too. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false) // @body.json in a line of curl is no file of arguments
        .setExecutionExceptionHandler(
            (exception, commandLine, parsed) -> {
              if (exception instanceof BadInput bad) {
                commandLine.getErr().println(bad.getMessage());
                return BAD_INPUT;
              }
              throw exception;
            });
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "No command given.");
  }

  /** What {@code --version} prints; {@code yumen version} tells more. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"yumen " + ProgramVersion.text()};
    }
  }

  /** Ends a command with one sentence for the user and exit status 1. */
  static final class BadInput extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadInput(String sentence) {
      super(sentence);
    }
  }
}
