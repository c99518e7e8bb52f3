package dev.yumen.dataplane.tls;

import dev.yumen.api.InputFile;
import dev.yumen.config.AcmeDomain;
import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.config.ListenerTlsConfig.ClientCertificate;
import dev.yumen.dataplane.observe.CertificateExpiry;
import dev.yumen.dataplane.state.StateRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a {@link ServerTls} of settings, or finds everything that is wrong with them. */
final class ServerTlsCompiler {
  private static final String SIDE = "listener";

  private final String listener;
  private final ListenerTlsConfig settings;
  private final List<String> alpn;
  private final boolean quic;
  private final Map<AcmeDomain, InputFile> issued;
  private final TlsSurroundings around;
  private final TlsProblems problems = new TlsProblems();
  private final KeyEntries keyEntries;
  private final Map<KeyEntry, OcspQuery> queries = new HashMap<>();
  private final List<CertificateExpiry> expiries = new ArrayList<>();
  private final List<Runnable> giveBack = new ArrayList<>();

  /**
   * @param alpn may hold that of HTTP/3, which is spoken over QUIC alone
   */
  ServerTlsCompiler(
      String listener,
      ListenerTlsConfig settings,
      List<String> alpn,
      Map<AcmeDomain, InputFile> issued,
      TlsSurroundings around) {
    this.listener = listener;
    this.settings = settings;
    this.alpn = alpn.stream().filter(protocol -> !protocol.equals(QuicTls.H3)).toList();
    this.quic = alpn.contains(QuicTls.H3);
    this.issued = issued;
    this.around = around;
    this.keyEntries = new KeyEntries(problems, around.clock().instant());
  }

  ServerTls.Compiled compile() {
    SslProvider provider = Provider.of(settings.provider(), problems);
    List<KeyEntry> entries = entries();
    ClientPolicy usual = policy(settings.clientCertificate(), "client-certificate");
    Map<String, ClientPolicy> hosts = new LinkedHashMap<>();
    for (int i = 0; i < settings.hosts().size(); i++) {
      ListenerTlsConfig.Host host = settings.hosts().get(i);
      String setting = "hosts[" + i + "].client-certificate";
      hosts.put(host.host(), policy(host.clientCertificate(), setting));
    }
    if (quic) {
      checkQuic(entries, usual);
    }
    if (problems.hasErrors() || provider == null) {
      return refused();
    }
    warnOfSharedNames(entries);
    if (settings.ocspStapling()) {
      prepareStapling(provider, entries);
    }
    ServerChoices<StateRegistry.Handle<ServerContext>> choices =
        new ServerChoices<>(entries, usual, hosts);
    StateRegistry.Handle<QuicTls> overQuic = null;
    try {
      choices.make(pair -> context(provider, pair));
      if (quic) {
        overQuic = overQuic(entries, usual);
      }
    } catch (IllegalArgumentException e) {
      problems.error("certificates", String.valueOf(e.getMessage()));
      return refused();
    }
    List<CertificateInfo> certificates = entries.stream().map(KeyEntry::info).toList();
    entries.forEach(entry -> expiries.add(entry.expiry(SIDE, listener)));
    List<Runnable> held = List.copyOf(giveBack);
    return new ServerTls.Compiled(
        new ServerTls(
            settings,
            alpn,
            certificates,
            List.copyOf(expiries),
            choices,
            around.challenges(),
            overQuic,
            () -> held.forEach(Runnable::run)),
        problems.all());
  }

  private void checkQuic(List<KeyEntry> entries, ClientPolicy usual) {
    String missing = QuicLibrary.missing();
    if (missing != null) {
      problems.error("", missing);
    }
    String unfit = QuicTls.unfit(settings, entries, usual);
    if (unfit != null) {
      problems.error("", unfit);
    }
  }

  private StateRegistry.Handle<QuicTls> overQuic(List<KeyEntry> entries, ClientPolicy usual) {
    QuicTls.Spec spec = new QuicTls.Spec(listener, settings, entries, usual, around);
    StateRegistry.Handle<QuicTls> handle =
        around.states().hold(QuicTls.class, spec.key(), () -> QuicTls.make(spec), tls -> {});
    giveBack.add(handle::release);
    return handle;
  }

  private ServerTls.Compiled refused() {
    giveBack.forEach(Runnable::run);
    return new ServerTls.Compiled(null, problems.all());
  }

  private List<KeyEntry> entries() {
    return switch (settings.source()) {
      case SELF_SIGNED -> List.of(selfSigned(List.of()));
      case FILES -> {
        List<KeyEntry> entries = new ArrayList<>();
        for (int i = 0; i < settings.certificates().size(); i++) {
          KeyEntry entry = keyEntries.of(settings.certificates().get(i), "certificates[" + i + "]");
          if (entry != null) {
            entries.add(entry);
          }
        }
        if (settings.acme() != null) {
          addIssued(settings.acme(), entries);
        }
        yield entries;
      }
    };
  }

  /** One that outlives reloads, so that whoever looked at it once knows it again. */
  private KeyEntry selfSigned(List<String> domains) {
    Instant now = around.clock().instant();
    StateRegistry.Handle<KeyEntry> handle =
        around
            .states()
            .hold(
                KeyEntry.class,
                "tls self-signed " + domains,
                () -> SelfSigned.make(now, domains),
                entry -> {});
    giveBack.add(handle::release);
    return handle.value();
  }

  /** Those that ACME gave, and a self-signed one for the domains that no certificate is for yet. */
  private void addIssued(ListenerTlsConfig.Acme acme, List<KeyEntry> entries) {
    HostMap<KeyEntry> written = new HostMap<>();
    entries.forEach(entry -> entry.names().forEach(name -> written.add(name, entry)));
    List<String> missing = new ArrayList<>();
    for (String domain : acme.domains()) {
      InputFile file = issued.get(new AcmeDomain(acme.issuer(), domain));
      KeyEntry entry = file == null ? null : issued(file, domain);
      if (entry != null) {
        entries.add(entry);
      } else if (written.get(domain) == null) {
        missing.add(domain);
      }
    }
    if (!missing.isEmpty()) {
      entries.add(selfSigned(missing));
    }
  }

  /** A damaged file is no mistake of who wrote the configuration, and a new one will come. */
  private @Nullable KeyEntry issued(InputFile file, String domain) {
    try {
      KeyEntry entry = IssuedCertificate.read(file, domain).entry();
      keyEntries.checkTime(entry.leaf(), file, "acme");
      return entry;
    } catch (IssuedCertificate.Damaged e) {
      problems.warning("acme", e.getMessage() + "; clients get a self-signed certificate");
      return null;
    }
  }

  private ClientPolicy policy(@Nullable ClientCertificate demanded, String setting) {
    if (demanded == null || demanded.ca() == null) {
      return ClientPolicy.NONE;
    }
    ClientAuth auth =
        switch (demanded.mode()) {
          case REQUIRED -> ClientAuth.REQUIRE;
          case OPTIONAL -> ClientAuth.OPTIONAL;
          case NONE -> ClientAuth.NONE;
        };
    if (auth == ClientAuth.NONE) {
      return ClientPolicy.NONE;
    }
    try {
      List<X509Certificate> authorities = CertificateFiles.authorities(demanded.ca());
      for (X509Certificate authority : authorities) {
        keyEntries.checkTime(authority, demanded.ca(), setting + ".ca");
      }
      expiries.add(KeyEntry.expiry(SIDE, listener, demanded.ca().name(), authorities));
      return new ClientPolicy(auth, authorities);
    } catch (CertificateFiles.Unusable e) {
      problems.error(setting + ".ca", String.valueOf(e.getMessage()));
      return ClientPolicy.NONE;
    }
  }

  /** Certificates may overlap, as when one is about to take over; the first one has the name. */
  private void warnOfSharedNames(List<KeyEntry> entries) {
    Map<String, KeyEntry> first = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      KeyEntry entry = entries.get(i);
      for (String name : entry.names()) {
        KeyEntry earlier = first.putIfAbsent(name, entry);
        if (earlier != null && !earlier.equals(entry)) {
          problems.warning(
              setting(i, ""),
              "%s: clients that ask for %s get %s, which is also for it and stands first"
                  .formatted(entry.source(), name, earlier.source()));
        }
      }
    }
  }

  /** Where what was made into this entry stands. */
  private String setting(int entry, String component) {
    return entry < settings.certificates().size()
        ? "certificates[" + entry + "]" + component
        : "acme";
  }

  private void prepareStapling(SslProvider provider, List<KeyEntry> entries) {
    if (provider == SslProvider.JDK) {
      problems.warning(
          "ocsp-stapling", "nothing is stapled (expected: provider openssl, where it loads)");
      return;
    }
    for (int i = 0; i < entries.size(); i++) {
      OcspQuery query = OcspQuery.of(entries.get(i));
      if (query != null) {
        queries.put(entries.get(i), query);
      } else if (!entries.get(i).source().equals(SelfSigned.SOURCE)) {
        problems.warning(
            setting(i, ".cert"),
            entries.get(i).source()
                + ": nothing to staple (expected: a certificate that names an OCSP responder, with"
                + " its issuer after it)");
      }
    }
  }

  private StateRegistry.Handle<ServerContext> context(
      SslProvider provider, ServerChoices.Pair pair) {
    ServerContext.Spec spec =
        new ServerContext.Spec(
            listener,
            provider,
            settings,
            pair.entry(),
            pair.policy(),
            alpn,
            queries.get(pair.entry()));
    StateRegistry.Handle<ServerContext> handle =
        around
            .states()
            .hold(
                ServerContext.class,
                spec.key(),
                () -> ServerContext.make(spec, around),
                ServerContext::close);
    giveBack.add(handle::release);
    return handle;
  }
}
