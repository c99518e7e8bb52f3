package dev.yumen.control.admin;

import dev.yumen.config.AdminConfig.Role;

/**
 * Who asks.
 *
 * @param name of the token, or {@code local} where none is needed
 */
record Caller(String name, Role role) {
  static final Caller LOCAL = new Caller("local", Role.ADMIN);

  boolean may(Role needed) {
    return role.compareTo(needed) >= 0;
  }
}
