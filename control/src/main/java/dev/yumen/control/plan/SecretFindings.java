package dev.yumen.control.plan;

import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.Positions;
import dev.yumen.control.history.Settings;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Secrets that stand in the new configuration itself and did not stand in the old one. */
final class SecretFindings {
  /** Safe to be read by others. */
  private static final String HASH = "password-hash";

  private final Findings findings;

  SecretFindings(Findings findings) {
    this.findings = findings;
  }

  void find() {
    Set<Object> known = new HashSet<>();
    new Walk(findings.before().positions(), (path, value) -> known.add(value)).of(findings.old());
    new Walk(
            findings.after().positions(),
            (path, value) -> {
              if (known.add(value)) {
                findings.setting(FindingCode.SECRET_IN_PLAIN, path, Map.of("setting", path));
              }
            })
        .of(findings.now());
  }

  /** Goes through every section and tells the secrets that are written out. */
  private record Walk(Positions positions, BiConsumer<String, Object> found) {
    void of(GatewayConfig config) {
      for (Settings.Setting setting : Settings.of(GatewayConfig.class).all()) {
        value(setting.key(), setting.of(config), setting.secret());
      }
    }

    private void value(String path, @Nullable Object value, boolean secret) {
      if (secret) {
        secret(path, value);
      } else if (value instanceof FilterConfig filter) {
        value(path + "." + filter.type().name(), filter.settings(), false);
      } else if (value instanceof List<?> list) {
        for (int i = 0; i < list.size(); i++) {
          value(path + "[" + i + "]", list.get(i), false);
        }
      } else if (value instanceof Map<?, ?> map) {
        map.forEach((key, inside) -> value(path + "." + key, inside, false));
      } else if (value instanceof Record section && Settings.isSection(section)) {
        for (Settings.Setting setting : Settings.of(section.getClass()).all()) {
          if (setting.mayHoldSecrets()) {
            value(path + "." + setting.key(), setting.of(section), setting.secret());
          }
        }
      }
    }

    private void secret(String path, @Nullable Object value) {
      boolean something = value != null && !value.equals(List.of());
      boolean publicKeys = path.endsWith("jwks.keys") && !String.valueOf(value).contains("\"k\"");
      if (something && !path.endsWith(HASH) && !publicKeys && positions.isWritten(path)) {
        found.accept(path, value);
      }
    }
  }
}
