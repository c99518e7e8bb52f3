package dev.yumen.control.history;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two configurations: routes, upstreams, consumers and so on by their names,
 * and the settings inside of those that are in both. The order of what has names means nothing and
 * is not compared; that of filters is. No secret is in it. Immutable.
 *
 * <p>It looks at records by their components, so a new setting is compared without another line
 * here.
 *
 * @param objects by section in the order of {@link GatewayConfig}; within one those of the newer
 *     configuration in its order, then those that were removed
 */
public record ConfigDiff(List<ObjectChange> objects) {
  public ConfigDiff {
    objects = List.copyOf(objects);
  }

  /**
   * What differs between two that were read without errors. Values from files of secrets are not
   * shown.
   */
  public static ConfigDiff between(LoadedConfig before, LoadedConfig after) {
    return between(
        Objects.requireNonNull(before.config(), "a configuration with errors"),
        Objects.requireNonNull(after.config(), "a configuration with errors"),
        new Shown(before.positions()::isFromFile),
        new Shown(after.positions()::isFromFile));
  }

  private static ConfigDiff between(
      GatewayConfig before, GatewayConfig after, Shown shownBefore, Shown shownAfter) {
    Sections sections = new Sections(shownBefore, shownAfter);
    for (Settings.Setting section : Settings.of(GatewayConfig.class).all()) {
      sections.compare(section.key(), section.of(before), section.of(after));
    }
    return new ConfigDiff(sections.changed);
  }

  /** Whether both configurations say the same. */
  public boolean isEmpty() {
    return objects.isEmpty();
  }

  /** Those of one section, such as {@code routes}. */
  public List<ObjectChange> of(String section) {
    return objects.stream().filter(object -> object.section().equals(section)).toList();
  }

  /** The change of one of them, or null when it did not change. */
  public @Nullable ObjectChange of(String section, String name) {
    return objects.stream()
        .filter(object -> object.section().equals(section) && object.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** A value and where it stands in its list; -1 for an entry of a mapping. */
  private record Item(Object value, int index) {}

  private static final class Sections {
    private final Shown before;
    private final Shown after;
    private final List<ObjectChange> changed = new ArrayList<>();

    Sections(Shown before, Shown after) {
      this.before = before;
      this.after = after;
    }

    void compare(String section, @Nullable Object old, @Nullable Object now) {
      if (Objects.equals(old, now)) {
        return;
      }
      Map<String, Item> olds = items(old);
      Map<String, Item> nows = items(now);
      if (olds == null || nows == null) {
        Where where =
            new Where(section, old == null ? null : section, now == null ? null : section);
        change(section, "", where, old, now);
        return;
      }
      nows.forEach((name, item) -> item(section, name, olds.get(name), item));
      olds.forEach(
          (name, item) -> {
            if (!nows.containsKey(name)) {
              item(section, name, item, null);
            }
          });
    }

    private void item(String section, String name, @Nullable Item old, @Nullable Item now) {
      Item known = now == null ? Objects.requireNonNull(old) : now;
      Where top = Where.TOP.key(section);
      Where where =
          known.index < 0
              ? top.entry(name, old != null, now != null)
              : top.named(name, old == null ? -1 : old.index, now == null ? -1 : now.index);
      change(section, name, where, old == null ? null : old.value, now == null ? null : now.value);
    }

    private void change(
        String section, String name, Where where, @Nullable Object old, @Nullable Object now) {
      if (old == null || now == null) {
        ChangeKind kind = old == null ? ChangeKind.ADDED : ChangeKind.REMOVED;
        changed.add(new ObjectChange(kind, section, name, where, List.of()));
        return;
      }
      Comparison comparison = new Comparison(before, after);
      comparison.compare(old, now, where, false);
      if (!comparison.changes().isEmpty()) {
        changed.add(
            new ObjectChange(ChangeKind.CHANGED, section, name, where, comparison.changes()));
      }
    }

    /** By their names, or null when it is nothing of names. */
    private static @Nullable Map<String, Item> items(@Nullable Object section) {
      Map<String, Item> items = new LinkedHashMap<>();
      if (section instanceof Map<?, ?> map) {
        map.forEach(
            (name, value) ->
                items.put(String.valueOf(name), new Item(Objects.requireNonNull(value), -1)));
        return items;
      }
      if (!(section instanceof List<?> list)) {
        return null;
      }
      for (int i = 0; i < list.size(); i++) {
        Object value = Objects.requireNonNull(list.get(i));
        String name = Settings.name(value);
        if (name == null) {
          return null;
        }
        items.putIfAbsent(name, new Item(value, i));
      }
      return items;
    }
  }
}
