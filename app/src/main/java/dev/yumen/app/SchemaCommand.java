package dev.yumen.app;

import dev.yumen.config.JsonSchema;
import dev.yumen.filters.BuiltInFilters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code yumen schema}: what editors need to complete and check a configuration. */
@Command(name = "schema", description = "Prints the JSON Schema of configurations, for editors.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SchemaCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().getOut().print(new JsonSchema(BuiltInFilters.byName()).render());
    spec.commandLine().getOut().flush();
  }
}
