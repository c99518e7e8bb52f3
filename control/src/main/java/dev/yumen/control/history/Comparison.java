package dev.yumen.control.history;

import dev.yumen.config.FilterConfig;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the settings in which two values of the same kind differ. Used once. */
final class Comparison {
  private final Shown before;
  private final Shown after;
  private final List<SettingChange> changes = new ArrayList<>();

  Comparison(Shown before, Shown after) {
    this.before = before;
    this.after = after;
  }

  /** What was found, in the order of the settings. */
  List<SettingChange> changes() {
    return changes;
  }

  /** Whether an item of a list is compared by what is inside, not as a text. */
  static boolean hasInside(@Nullable Object value) {
    return value instanceof FilterConfig || value instanceof Map || Settings.isSection(value);
  }

  void compare(@Nullable Object old, @Nullable Object now, Where where, boolean secret) {
    if (Objects.equals(old, now)) {
      return;
    }
    if (!secret && old instanceof FilterConfig one && now instanceof FilterConfig two) {
      compare(one.settings(), two.settings(), where.key(two.type().name()), false);
    } else if (!secret && old instanceof Map<?, ?> one && now instanceof Map<?, ?> two) {
      entries(one, two, where);
    } else if (!secret && old instanceof List<?> one && now instanceof List<?> two) {
      lists(one, two, where);
    } else if (!secret
        && old instanceof Record one
        && now instanceof Record two
        && Settings.isSection(one)
        && one.getClass() == two.getClass()) {
      sections(one, two, where);
    } else {
      differ(old, now, where, secret);
    }
  }

  private void sections(Record old, Record now, Where where) {
    for (Settings.Setting setting : Settings.of(now.getClass()).all()) {
      compare(setting.of(old), setting.of(now), where.key(setting.key()), setting.secret());
    }
  }

  private void entries(Map<?, ?> old, Map<?, ?> now, Where where) {
    Set<Object> keys = new LinkedHashSet<>(old.keySet());
    keys.addAll(now.keySet());
    for (Object key : keys) {
      String name = String.valueOf(key);
      compare(
          old.get(key),
          now.get(key),
          where.entry(name, old.containsKey(key), now.containsKey(key)),
          Shown.isCredential(name));
    }
  }

  private void lists(List<?> old, List<?> now, Where where) {
    if (old.stream().noneMatch(Comparison::hasInside)
        && now.stream().noneMatch(Comparison::hasInside)) {
      differ(old, now, where, false);
      return;
    }
    for (Alignment.Pair pair : Alignment.of(old, now)) {
      Where item = where.item(pair.before(), pair.after());
      if (pair.before() < 0 || pair.after() < 0) {
        differ(
            pair.before() < 0 ? null : old.get(pair.before()),
            pair.after() < 0 ? null : now.get(pair.after()),
            item,
            false);
        continue;
      }
      if (pair.moved()) {
        Where moved =
            now.get(pair.after()) instanceof FilterConfig filter
                ? item.key(filter.type().name())
                : item;
        changes.add(
            new SettingChange(
                ChangeKind.MOVED,
                moved,
                String.valueOf(pair.before()),
                String.valueOf(pair.after())));
      }
      compare(old.get(pair.before()), now.get(pair.after()), item, false);
    }
  }

  private void differ(@Nullable Object old, @Nullable Object now, Where where, boolean secret) {
    ChangeKind kind =
        old == null ? ChangeKind.ADDED : now == null ? ChangeKind.REMOVED : ChangeKind.CHANGED;
    changes.add(
        new SettingChange(
            kind,
            where,
            before.text(old, where.before(), secret),
            after.text(now, where.after(), secret)));
  }
}
