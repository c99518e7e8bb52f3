package dev.yumen.app;

import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.MatchConfig;
import dev.yumen.config.RouteConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private static final List<String> COLUMNS =
      List.of("id", "methods", "host", "path", "more", "filters", "ends");

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
    List<Map<String, String>> rows = loaded.routes().stream().map(RoutesCommand::row).toList();
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(rows));
    } else {
      print(rows, out);
    }
    return 0;
  }

  private static Map<String, String> row(RouteConfig route) {
    MatchConfig match = route.match();
    Map<String, String> row = new LinkedHashMap<>();
    row.put("id", route.id());
    row.put("methods", String.join(",", match.methods()));
    row.put("host", String.join(",", match.host()));
    row.put("path", match.path() == null ? "" : match.path().text());
    row.put("more", String.join(",", otherPredicates(match)));
    row.put(
        "filters",
        route.filters().stream()
            .map(FilterConfig::type)
            .map(type -> type.name())
            .collect(Collectors.joining(",")));
    row.put("ends", ending(route));
    return row;
  }

  private static List<String> otherPredicates(MatchConfig match) {
    List<String> names = new ArrayList<>();
    match.headers().keySet().forEach(name -> names.add("header:" + name));
    match.query().keySet().forEach(name -> names.add("query:" + name));
    match.cookies().keySet().forEach(name -> names.add("cookie:" + name));
    Stream.of(
            match.client().isEmpty() ? "" : "client",
            match.contentType().isEmpty() ? "" : "content-type",
            match.time() == null ? "" : "time",
            match.percentage() == null ? "" : "percentage",
            match.expression() == null ? "" : "expression",
            match.priority() == 0 ? "" : "priority:" + match.priority())
        .filter(name -> !name.isEmpty())
        .forEach(names::add);
    return names;
  }

  private static String ending(RouteConfig route) {
    if (route.respond() != null) {
      return "respond " + route.respond().status();
    }
    if (route.redirect() != null) {
      return "redirect " + route.redirect().status() + " " + route.redirect().to();
    }
    if (route.statics() != null) {
      return "static " + route.statics().folder();
    }
    if (route.to().size() == 1) {
      return "to " + route.to().getFirst().upstream();
    }
    return route.to().stream()
        .map(target -> target.upstream() + ":" + target.weight())
        .collect(Collectors.joining(",", "to ", ""));
  }

  private static void print(List<Map<String, String>> rows, PrintWriter out) {
    List<String> shown =
        COLUMNS.stream()
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
