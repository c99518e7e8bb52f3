package dev.yumen.control.plan;

import dev.yumen.config.ListenerConfig;
import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.config.ListenerTlsConfig.ClientCertificate;
import dev.yumen.control.history.ChangeKind;
import dev.yumen.control.history.ObjectChange;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What becomes of ports, and what only a restart changes. */
final class ProcessFindings {
  /** As {@link dev.yumen.dataplane.Gateway#apply} says of them. */
  private static final List<String> ONLY_AT_START = List.of("management", "runtime");

  private final Findings findings;

  ProcessFindings(Findings findings) {
    this.findings = findings;
  }

  void find() {
    for (ObjectChange change : findings.diff().objects()) {
      if (ONLY_AT_START.contains(change.section())) {
        findings.setting(
            FindingCode.RESTART_NEEDED, change.section(), Map.of("section", change.section()));
      }
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
