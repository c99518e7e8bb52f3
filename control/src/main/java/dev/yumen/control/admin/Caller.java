package dev.yumen.control.admin;

import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.WorkspaceConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param name of the token, or {@code local} where none is needed
 * @param workspace that it is for; null for the whole gateway
 */
record Caller(String name, Role role, @Nullable WorkspaceConfig workspace) {
  static final Caller LOCAL = new Caller("local", Role.ADMIN, null);

  boolean may(Role needed) {
    return role.compareTo(needed) >= 0;
  }

  /** What it sees. */
  Scope scope() {
    return workspace == null ? Scope.ALL : new Scope(workspace);
  }

  /** Says in a note who it is. */
  void noteTo(Map<String, Object> note) {
    note.put("by", name);
    if (workspace != null) {
      note.put("workspace", workspace.name());
    }
  }
}
