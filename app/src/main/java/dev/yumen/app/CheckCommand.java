package dev.yumen.app;

import dev.yumen.config.GatewayConfig;
import dev.yumen.control.admin.ProblemData;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code yumen check}: everything that is wrong with a configuration, without running it. */
@Command(
    name = "check",
    description = "Says everything that is wrong with a configuration, without running it.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;
  @Mixin private ConfigArgument argument;

  @Override
  public Integer call() {
    Path config = argument.required();
    LogSetup.quiet();
    Wiring.Checked checked = Wiring.check(config, System.getenv());
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("good", checked.isGood());
      data.put("problems", checked.problems().stream().map(ProblemData::of).toList());
      out.println(OutputOption.json(data));
    } else {
      checked.problems().forEach(out::println);
      GatewayConfig good = checked.loaded().config();
      if (good != null && checked.isGood()) {
        out.println(config + ": good, " + summary(good));
      }
    }
    return checked.isGood() ? 0 : Main.BAD_INPUT;
  }

  private static String summary(GatewayConfig config) {
    return String.join(
        ", ",
        List.of(
            counted(config.listeners().size(), "listener"),
            counted(config.upstreams().size(), "upstream"),
            counted(config.routes().size(), "route")));
  }

  private static String counted(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
