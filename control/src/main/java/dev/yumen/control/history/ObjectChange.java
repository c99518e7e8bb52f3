package dev.yumen.control.history;

import java.util.List;

/**
 * A route, an upstream or another part of the configuration that differs.
 *
 * @param section key at the top of the configuration, such as {@code routes}
 * @param name within the section; empty when the section is one thing
 * @param settings those that differ, when it is in both configurations
 */
public record ObjectChange(
    ChangeKind kind, String section, String name, Where where, List<SettingChange> settings) {
  public ObjectChange {
    settings = List.copyOf(settings);
  }
}
