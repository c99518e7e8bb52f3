package dev.yumen.app;

import dev.yumen.config.GatewayConfig;
import dev.yumen.control.admin.RouteRow;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code yumen routes}: the routes of a configuration as a table. */
@Command(
    name = "routes",
    description = "Prints the routes of a configuration; without one those of the quick start.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RoutesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;
  @Mixin private ConfigArgument argument;

  @Override
  public Integer call() {
    Path config = argument.path();
    LogSetup.quiet();
    Path file = config == null ? Example.quickStart() : config;
    Wiring.Checked checked = Wiring.check(file, System.getenv());
    GatewayConfig loaded = checked.loaded().config();
    if (loaded == null || !checked.isGood()) {
      checked.problems().forEach(spec.commandLine().getErr()::println);
      return Main.BAD_INPUT;
    }
    List<Map<String, String>> rows = loaded.routes().stream().map(RouteRow::of).toList();
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(rows));
    } else {
      print(rows, out);
    }
    return 0;
  }

  private static void print(List<Map<String, String>> rows, PrintWriter out) {
    List<String> shown =
        RouteRow.COLUMNS.stream()
            .filter(column -> rows.stream().anyMatch(row -> !cell(row, column).isEmpty()))
            .toList();
    StringBuilder header = new StringBuilder();
    List<StringBuilder> lines = rows.stream().map(row -> new StringBuilder()).toList();
    for (String column : shown) {
      int width = column.length();
      for (Map<String, String> row : rows) {
        width = Math.max(width, cell(row, column).length());
      }
      pad(header, column.toUpperCase(Locale.ROOT), width);
      for (int i = 0; i < rows.size(); i++) {
        pad(lines.get(i), cell(rows.get(i), column), width);
      }
    }
    out.println(header.toString().stripTrailing());
    lines.forEach(line -> out.println(line.toString().stripTrailing()));
  }

  private static String cell(Map<String, String> row, String column) {
    return row.getOrDefault(column, "");
  }

  private static void pad(StringBuilder line, String text, int width) {
    line.append(text).append(" ".repeat(width - text.length() + 2));
  }
}
