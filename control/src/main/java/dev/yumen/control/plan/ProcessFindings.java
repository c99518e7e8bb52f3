package dev.yumen.control.plan;

import dev.yumen.config.ListenerConfig;
import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.config.ListenerTlsConfig.ClientCertificate;
import dev.yumen.control.history.ChangeKind;
import dev.yumen.control.history.ObjectChange;
import dev.yumen.dataplane.StartSettings;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What becomes of ports, and what only a restart changes. */
final class ProcessFindings {
  private final Findings findings;
  private final StartSettings started;

  /**
   * @param started what the process goes on with, whatever the configuration says
   */
  ProcessFindings(Findings findings, StartSettings started) {
    this.findings = findings;
    this.started = started;
  }

  void find() {
    for (String path : started.otherThan(findings.now())) {
      findings.setting(FindingCode.RESTART_NEEDED, path, Map.of("section", path));
    }
    for (ObjectChange change : findings.diff().of("listeners")) {
      if (change.kind() != ChangeKind.ADDED) {
        ListenerConfig old = Objects.requireNonNull(findings.old().listeners().get(change.name()));
        listener(change.name(), old, findings.now().listeners().get(change.name()));
      }
    }
  }

  private void listener(String name, ListenerConfig old, @Nullable ListenerConfig now) {
    String path = "listeners." + name;
    Map<String, String> details = Map.of("listener", name, "address", old.address().toString());
    if (now == null) {
      findings.removedSetting(FindingCode.LISTENER_CLOSED, path, details);
      return;
    }
    if (!now.address().equals(old.address())) {
      findings.setting(FindingCode.LISTENER_CLOSED, path + ".address", details);
    }
    if (old.tls() != null && now.tls() == null) {
      findings.setting(FindingCode.LISTENER_TLS_OFF, path, details);
    } else if (asksFor(old.tls()) && !asksFor(now.tls())) {
      findings.setting(FindingCode.CLIENT_CERTIFICATES_OFF, path + ".tls", details);
    }
  }

  private static boolean asksFor(@Nullable ListenerTlsConfig tls) {
    return tls != null
        && tls.clientCertificate() != null
        && tls.clientCertificate().mode() == ClientCertificate.Mode.REQUIRED;
  }
}
