package dev.yumen.app;

import dev.yumen.api.UrlPasswords;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code yumen versions}: whether several gateways have the same configuration live. */
@Command(
    name = "versions",
    description = {
      "Says which configuration each of several gateways has live, and whether it is the same.",
      "Exit status 0 when all have the same, 1 when not, or when one can not be asked."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class VersionsCommand implements Callable<Integer> {
  private static final int SHORT_HASH = 12;
  private static final List<String> COLUMNS =
      List.of("ADDRESS", "NUMBER", "HASH", "LIVE FROM", "BY", "SOURCE");

  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;

  @Option(
      names = "--admin",
      required = true,
      split = ",",
      paramLabel = "ADDRESS",
      description = "A gateway's admin API, host:port or a URL; once for each, or with commas.")
  private List<String> addresses;

  @Mixin private AdminAccess access;

  @Override
  public Integer call() throws Exception {
    LogSetup.quiet();
    Map<String, URI> bases = bases();
    List<LiveVersion> versions = ask(bases);
    Map<String, List<String>> byHash = byHash(versions);
    boolean same =
        byHash.size() == 1 && versions.stream().allMatch(version -> version.error() == null);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("same", same);
      data.put("gateways", versions);
      out.println(OutputOption.json(data));
    } else {
      table(versions).forEach(out::println);
      out.println();
      out.println(summary(versions, byHash));
    }
    out.flush();
    return same ? 0 : Main.BAD_INPUT;
  }

  private Map<String, URI> bases() {
    Map<String, URI> bases = new LinkedHashMap<>();
    for (String address : new LinkedHashSet<>(addresses)) {
      URI base = AdminClient.address(address);
      if (base == null) {
        throw new ParameterException(
            spec.commandLine(),
            "--admin "
                + UrlPasswords.hiddenIn(address)
                + " (expected: host:port, or a URL such as https://gateway:9901)");
      }
      bases.put(address, base);
    }
    return bases;
  }

  /** All at once, so that one that does not answer holds nobody up. */
  private List<LiveVersion> ask(Map<String, URI> bases) throws Exception {
    List<Future<LiveVersion>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Map.Entry<String, URI> one : bases.entrySet()) {
        AdminClient client = access.open(one.getValue(), System.getenv());
        asked.add(
            threads.submit(
                () -> {
                  try (client) {
                    return LiveVersion.of(one.getKey(), client);
                  }
                }));
      }
    }
    List<LiveVersion> versions = new ArrayList<>();
    for (Future<LiveVersion> version : asked) {
      versions.add(version.get());
    }
    return versions;
  }

  private static Map<String, List<String>> byHash(List<LiveVersion> versions) {
    Map<String, List<String>> byHash = new LinkedHashMap<>();
    for (LiveVersion version : versions) {
      if (version.error() == null) {
        byHash.computeIfAbsent(version.hash(), _ -> new ArrayList<>()).add(version.address());
      }
    }
    return byHash;
  }

  private static String summary(List<LiveVersion> versions, Map<String, List<String>> byHash) {
    long silent = versions.stream().filter(version -> version.error() != null).count();
    String asked = silent == 0 ? "" : " " + silent + " can not be asked.";
    if (byHash.isEmpty()) {
      return asked.strip();
    }
    if (byHash.size() == 1) {
      long number = versions.size() - silent;
      return (number == 1 ? "One was asked." : "All " + number + " have the same configuration.")
          + asked;
    }
    return "Different configurations: "
        + byHash.entrySet().stream()
            .map(entry -> shortened(entry.getKey()) + " in " + String.join(", ", entry.getValue()))
            .collect(Collectors.joining("; "))
        + "."
        + asked;
  }

  private static List<String> table(List<LiveVersion> versions) {
    List<List<String>> rows = new ArrayList<>(List.of(COLUMNS));
    for (LiveVersion version : versions) {
      if (version.error() == null) {
        rows.add(cells(version));
      }
    }
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < COLUMNS.size(); column++) {
      int at = column;
      widths.add(rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0));
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        line.append(cell).append(" ".repeat(widths.get(column) - cell.length() + 2));
      }
      lines.add(line.toString().stripTrailing());
    }
    versions.stream().map(LiveVersion::error).forEach(error -> addTo(lines, error));
    return lines;
  }

  private static void addTo(List<String> lines, @Nullable String error) {
    if (error != null) {
      lines.add(error);
    }
  }

  private static List<String> cells(LiveVersion version) {
    String source =
        version.state().isEmpty()
            ? version.source()
            : version.source() + " (" + version.state() + ")";
    return List.of(
        version.address(),
        Long.toString(version.number()),
        shortened(version.hash()),
        version.since(),
        version.author(),
        source);
  }

  private static String shortened(String hash) {
    return hash.substring(0, Math.min(SHORT_HASH, hash.length()));
  }
}
