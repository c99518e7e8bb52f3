package dev.yumen.app;

import dev.yumen.dataplane.ProgramVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code yumen version}: what this is and what it runs on. */
@Command(name = "version", description = "Prints the versions of Yumen and of its Java.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class VersionCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;

  @Override
  public void run() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("yumen", ProgramVersion.text());
    versions.put("java", Runtime.version().toString());
    versions.put("vm", System.getProperty("java.vm.name", ""));
    versions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    if (output.isJson()) {
      spec.commandLine().getOut().println(OutputOption.json(versions));
    } else {
      versions.forEach(
          (name, version) -> spec.commandLine().getOut().println(name + " " + version));
    }
  }
}
