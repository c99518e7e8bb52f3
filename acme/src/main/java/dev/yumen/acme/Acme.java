package dev.yumen.acme;

import dev.yumen.config.AcmeConfig;
import dev.yumen.config.AcmeDomain;
import dev.yumen.config.AcmeStorage;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.observe.AcmeMetrics;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the certificates of every domain that the live configuration wants by ACME. Told of each
 * configuration that became live; what did not change in it goes on undisturbed.
 *
 * <p>Any thread. Nothing here waits for an authority.
 */
public final class Acme implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Acme.class);

  /** Orders of one authority at the same time: it is a guest that is asked for a favour. */
  private static final int SLOTS = 4;

  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final InstantSource clock;
  private final Map<String, Issuer> issuers = new HashMap<>();
  private final Map<AcmeDomain, Keeper> keepers = new HashMap<>();
  private @Nullable LoadedConfig latest;
  private @Nullable Gate gate;
  private boolean closed;

  /** What the data plane has for this. */
  private record Gate(PendingChallenges challenges, AcmeMetrics metrics) {}

  /** An authority in use, and what it was made of. */
  private record Issuer(AcmeConfig settings, Path storage, Keeper.Surroundings surroundings) {}

  public Acme(InstantSource clock) {
    this.clock = clock;
  }

  /** Begins to order, once there are listeners that can answer the challenges. */
  public synchronized void begin(PendingChallenges challenges, AcmeMetrics metrics) {
    gate = new Gate(challenges, metrics);
    if (latest != null) {
      follow(latest);
    }
  }

  /** Takes over the domains of a configuration that became live. */
  public synchronized void follow(LoadedConfig live) {
    latest = live;
    GatewayConfig config = live.config();
    if (gate == null || config == null || closed) {
      return;
    }
    dropChanged(config, live.folder());
    for (AcmeDomain domain : config.acmeDomains()) {
      AcmeConfig settings = config.issuer(domain.issuer());
      if (settings == null) {
        continue; // the reader has said so
      }
      Keeper keeper = keepers.get(domain);
      if (keeper != null) {
        keeper.wake(); // what is stored may have changed
        continue;
      }
      Issuer issuer =
          issuers.computeIfAbsent(
              domain.issuer(),
              _ -> issuer(settings, AcmeStorage.of(config, settings, live.folder())));
      Keeper started = new Keeper(domain, issuer.surroundings(), new Plan(new SecureRandom()));
      keepers.put(domain, started);
      started.start();
    }
  }

  /** Stops keepers whose domain is gone, and all of an authority that changed. */
  private void dropChanged(GatewayConfig config, Path folder) {
    Map<String, Issuer> dropped = new HashMap<>();
    issuers.forEach(
        (name, issuer) -> {
          AcmeConfig now = config.issuer(name);
          boolean used =
              config.acmeDomains().stream().anyMatch(domain -> domain.issuer().equals(name));
          if (now == null
              || !used
              || !now.equals(issuer.settings())
              || !AcmeStorage.of(config, now, folder).folder().equals(issuer.storage())) {
            dropped.put(name, issuer);
          }
        });
    keepers
        .entrySet()
        .removeIf(
            entry -> {
              AcmeDomain domain = entry.getKey();
              if (config.acmeDomains().contains(domain) && !dropped.containsKey(domain.issuer())) {
                return false;
              }
              entry.getValue().stop();
              return true;
            });
    dropped.forEach(
        (name, issuer) -> {
          issuers.remove(name);
          issuer.surroundings().authority().close();
        });
  }

  private Issuer issuer(AcmeConfig settings, AcmeStorage storage) {
    Gate open = Objects.requireNonNull(gate);
    CertificateStore store = new CertificateStore(storage);
    Authority authority = new AcmeAuthority(settings, store, open.challenges(), clock);
    open.metrics().issuer(settings.name());
    LOG.info("certificates come from {} and are kept in {}", settings.directory(), store.folder());
    return new Issuer(
        settings,
        storage.folder(),
        new Keeper.Surroundings(
            settings.directory().toString(),
            authority,
            store,
            new Semaphore(SLOTS),
            open.metrics(),
            clock));
  }

  /** Orders nothing more; what is under way is given up. */
  @Override
  public synchronized void close() {
    closed = true;
    keepers.values().forEach(Keeper::stop);
    issuers.values().forEach(issuer -> issuer.surroundings().authority().close());
    try {
      for (Keeper keeper : keepers.values()) {
        keeper.join(LAST_WORDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    keepers.clear();
    issuers.clear();
  }
}
