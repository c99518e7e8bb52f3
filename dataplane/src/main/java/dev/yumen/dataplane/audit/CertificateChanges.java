package dev.yumen.dataplane.audit;

import dev.yumen.api.InputFile;
import dev.yumen.config.CertificateConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.UpstreamConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which certificates are others than before, by the names of their files. */
public final class CertificateChanges {
  private CertificateChanges() {}

  /**
   * Takes note of each certificate whose file has another content than before.
   *
   * @param before null when nothing was live
   */
  public static void tell(@Nullable LoadedConfig before, LoadedConfig now, AuditTrail trail) {
    if (before == null) {
      return;
    }
    Map<String, InputFile> old = certificates(before);
    certificates(now)
        .forEach(
            (name, file) -> {
              InputFile replaced = old.get(name);
              if (replaced != null && !replaced.equals(file)) {
                trail.record("certificate-replaced", told(name, replaced, file));
              }
            });
  }

  private static Map<String, Object> told(String name, InputFile before, InputFile now) {
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("certificate", name);
    what.put("before", before.toString());
    what.put("now", now.toString());
    return what;
  }

  private static Map<String, InputFile> certificates(LoadedConfig loaded) {
    Map<String, InputFile> all = new LinkedHashMap<>();
    loaded.issued().forEach((domain, file) -> all.put(domain.domain(), file));
    GatewayConfig config = loaded.config();
    if (config == null) {
      return all;
    }
    for (ListenerTlsConfig tls : config.serverTls()) {
      tls.certificates().forEach(certificate -> add(all, certificate));
    }
    for (UpstreamConfig upstream : config.upstreams().values()) {
      if (upstream.tls() != null) {
        add(all, upstream.tls().certificate());
      }
    }
    return all;
  }

  private static void add(Map<String, InputFile> all, @Nullable CertificateConfig certificate) {
    if (certificate != null) {
      all.put(certificate.cert().name(), certificate.cert());
    }
  }
}
