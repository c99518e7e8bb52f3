package dev.yumen.control.admin;

import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Positions;
import dev.yumen.config.Section;
import dev.yumen.config.WorkspaceConfig;
import dev.yumen.control.history.ConfigDiff;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What of the gateway a caller sees and changes: all of it, or what is of one workspace. Anything
 * else is to such a caller as if it were not there.
 *
 * @param workspace null for all
 */
record Scope(@Nullable WorkspaceConfig workspace) {
  static final Scope ALL = new Scope(null);

  private static final Set<String> SECTIONS =
      Stream.of(Section.values()).map(Section::key).collect(Collectors.toUnmodifiableSet());

  boolean all() {
    return workspace == null;
  }

  /** Whether an object of this name is the caller's. */
  boolean owns(String name) {
    return workspace == null || workspace.owns(name);
  }

  /** Whether what the caller writes may name it. */
  boolean mayName(String name) {
    return workspace == null || workspace.owns(name) || workspace.shared().contains(name);
  }

  /** A name that the caller may know, or null: what stands behind a shared one is of others. */
  @Nullable String told(@Nullable String name) {
    return name != null && mayName(name) ? name : null;
  }

  /** Where settings stand; a workspace would learn how much others have written before its own. */
  Positions positions(LoadedConfig loaded) {
    return all() ? loaded.positions() : Positions.NONE;
  }

  /** What differs between two configurations, as far as it is the caller's. */
  ConfigDiff between(LoadedConfig before, LoadedConfig after) {
    ConfigDiff diff = ConfigDiff.between(before, after);
    return all()
        ? diff
        : new ConfigDiff(
            diff.objects().stream()
                .filter(one -> SECTIONS.contains(one.section()) && owns(one.name()))
                .toList());
  }
}
