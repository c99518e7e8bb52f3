package dev.yumen.config;

import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import java.util.List;
import java.util.function.BiPredicate;

/** A team's part of the gateway: which objects are its own, and which requests they may take. */
@Describe("A team's part of the gateway, the only one that tokens of it see and change.")
public record WorkspaceConfig(
    @Describe("What tokens name it by.") String name,
    @Describe(
            "Names of the routes, upstreams, consumers and Redis that are its own, such as"
                + " team-a-*.")
        @OneOrMany
        List<String> objects,
    @Describe("Paths that routes written by it may take, such as /team-a/**; none means any.")
        @OneOrMany
        List<String> paths,
    @Describe(
            "Hosts that routes written by it may take, such as *.a.example.com for any that end so;"
                + " none means any. Without paths and hosts it writes no routes.")
        @OneOrMany
        List<String> hosts,
    @Describe("Upstreams and Redis beside its own that what it writes may name.") @OneOrMany
        List<String> shared) {
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}";

  public WorkspaceConfig {
    objects = List.copyOf(objects);
    paths = List.copyOf(paths);
    hosts = List.copyOf(hosts);
    shared = List.copyOf(shared);
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new InvalidValue("name", name, "letters, digits and . _ -, at most 64");
    }
    if (objects.isEmpty()) {
      throw InvalidValue.found("objects", "none", "at least one, such as " + name + "-*");
    }
    check("objects", objects, NAME + "\\*?", "a name, or how names begin and then *");
    check("paths", paths, "(/[A-Za-z0-9._~-]+)+(/\\*\\*)?", "such as /team-a/** or /team-a");
    check("hosts", hosts, "(\\*\\.)?[a-z0-9]([a-z0-9._-]*[a-z0-9])?", "such as *.a.example.com");
    check("shared", shared, NAME, "the name of an upstream or a Redis");
    for (String path : paths) {
      if (path.matches("(.*/)?\\.\\.?(/.*)?")) {
        throw new InvalidValue("paths", path, "a path without . and .. segments");
      }
    }
  }

  private static void check(String setting, List<String> values, String form, String expected) {
    for (String value : values) {
      if (!value.matches(form)) {
        throw new InvalidValue(setting, value, expected);
      }
    }
  }

  /** Whether an object of this name is its own. */
  public boolean owns(String object) {
    return objects.stream().anyMatch(pattern -> fits(pattern, object));
  }

  private static boolean fits(String pattern, String object) {
    return pattern.endsWith("*") ? object.startsWith(start(pattern)) : object.equals(pattern);
  }

  private static String start(String pattern) {
    return pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
  }

  /** Whether some name fits both patterns. */
  static boolean overlap(String one, String other) {
    return fits(one, start(other)) || fits(other, start(one));
  }

  /** Whether every path that fits a pattern of a route is one that it may take. */
  public boolean mayTakePath(String pattern) {
    boolean plain = pattern.chars().noneMatch(c -> c == '%' || c == ';' || c == '\\');
    return plain && paths.stream().anyMatch(path -> within(path, pattern));
  }

  private static boolean within(String path, String pattern) {
    if (!path.endsWith("/**")) {
      return pattern.equals(path);
    }
    String prefix = path.substring(0, path.length() - 3);
    return pattern.equals(prefix) || pattern.startsWith(prefix + "/");
  }

  /**
   * Whether a host, or each that fits {@code *.example.com}, is one that it may take. A wildcard
   * stands for any number of labels, as in routes.
   */
  public boolean mayTakeHost(String host) {
    return hosts.stream().anyMatch(own -> hostWithin(own, host));
  }

  private static boolean hostWithin(String own, String host) {
    return own.startsWith("*.") ? host.endsWith(own.substring(1)) : host.equals(own);
  }

  /** Whether there may be a request that routes of both may take. */
  boolean sharesRequests(WorkspaceConfig other) {
    return writesRoutes()
        && other.writesRoutes()
        && meet(paths, other.paths, WorkspaceConfig::within)
        && meet(hosts, other.hosts, WorkspaceConfig::hostWithin);
  }

  /** Whether it may have routes at all. */
  public boolean writesRoutes() {
    return !paths.isEmpty() || !hosts.isEmpty();
  }

  private static boolean meet(
      List<String> some, List<String> others, BiPredicate<String, String> within) {
    return some.isEmpty()
        || others.isEmpty()
        || some.stream()
            .anyMatch(
                one ->
                    others.stream()
                        .anyMatch(other -> within.test(one, other) || within.test(other, one)));
  }
}
