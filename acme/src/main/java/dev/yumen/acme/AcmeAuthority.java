package dev.yumen.acme;

import dev.yumen.config.AcmeConfig;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.observe.AcmeMetrics.Outcome;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Account;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.RenewalInfo;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An authority that speaks ACME, with the account that this gateway has there. */
final class AcmeAuthority implements Authority {
  private static final Logger LOG = LoggerFactory.getLogger(AcmeAuthority.class);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final AcmeConfig settings;
  private final CertificateStore store;
  private final PendingChallenges challenges;
  private final InstantSource clock;

  // Guarded by this.
  private @Nullable Directory directory;
  private @Nullable Login login;
  private boolean closed;

  AcmeAuthority(
      AcmeConfig settings,
      CertificateStore store,
      PendingChallenges challenges,
      InstantSource clock) {
    this.settings = settings;
    this.store = store;
    this.challenges = challenges;
    this.clock = clock;
  }

  @Override
  public Given order(String domain) throws OrderFailed, InterruptedException {
    try {
      return order(login(), domain);
    } catch (AcmeException | IOException | RuntimeException e) {
      forgetLogin(); // it may be the reason, as when the authority has lost the account
      throw AcmeFailures.of(e);
    }
  }

  private Given order(Login account, String domain)
      throws AcmeException, OrderFailed, InterruptedException {
    Order order = account.newOrder().domain(domain).create();
    for (Authorization authorization : order.getAuthorizations()) {
      if (authorization.getStatus() != Status.VALID) {
        authorize(domain, authorization);
      }
    }
    if (order.waitUntilReady(PATIENCE) == Status.INVALID) {
      throw refused("the order", order.getError().orElse(null));
    }
    KeyPair key = Keys.make(settings.keyType());
    order.execute(key);
    if (order.waitForCompletion(PATIENCE) != Status.VALID) {
      throw refused("the order", order.getError().orElse(null));
    }
    return new Given(key.getPrivate(), order.getCertificate().getCertificateChain());
  }

  private void authorize(String domain, Authorization authorization)
      throws AcmeException, OrderFailed, InterruptedException {
    String type =
        switch (settings.challenge()) {
          case HTTP_01 -> Http01Challenge.TYPE;
          case TLS_ALPN_01 -> TlsAlpn01Challenge.TYPE;
        };
    Challenge challenge =
        authorization
            .<Challenge>findChallenge(type)
            .orElseThrow(
                () -> new OrderFailed(Outcome.FAILED, "it does not offer the challenge " + type));
    try (PendingChallenges.Pending _ = prove(domain, challenge)) {
      challenge.trigger();
      if (authorization.waitForCompletion(PATIENCE) != Status.VALID) {
        Problem problem =
            authorization.<Challenge>findChallenge(type).flatMap(Challenge::getError).orElse(null);
        throw refused("the challenge " + type, problem);
      }
    }
  }

  private PendingChallenges.Pending prove(String domain, Challenge challenge)
      throws OrderFailed, InterruptedException {
    return switch (challenge) {
      case Http01Challenge http -> challenges.http(http.getToken(), http.getAuthorization());
      case TlsAlpn01Challenge tls -> {
        AlpnProof proof = AlpnProof.of(domain, tls.getAcmeValidation(), clock.instant());
        yield challenges.tlsAlpn(domain, proof.key(), proof.certificate());
      }
      default ->
          throw new OrderFailed(
              Outcome.FAILED, "an unknown form of the challenge " + challenge.getType());
    };
  }

  private static OrderFailed refused(String what, @Nullable Problem problem) {
    String why = problem == null ? "it did not say why" : AcmeFailures.text(problem);
    return new OrderFailed(Outcome.FAILED, what + " failed: " + why);
  }

  private synchronized Login login() throws AcmeException, IOException, OrderFailed {
    if (closed) {
      throw new OrderFailed(Outcome.UNREACHABLE, "the gateway is stopping");
    }
    if (login == null) {
      if (directory == null) {
        directory = new Directory(settings.ca());
      }
      AccountBuilder builder = new AccountBuilder().agreeToTermsOfService();
      builder.useKeyPair(accountKey());
      if (settings.email() != null) {
        builder.addEmail(settings.email());
      }
      AcmeConfig.ExternalAccount external = settings.externalAccount();
      if (external != null) {
        builder.withKeyIdentifier(external.kid(), external.hmac());
      }
      login = builder.createLogin(directory.session(settings.directory()));
      tellAddress(login.getAccount());
    }
    return login;
  }

  private synchronized void forgetLogin() {
    login = null;
  }

  /** An account that was there already keeps its address until it is told another. */
  private void tellAddress(Account account) throws AcmeException {
    if (settings.email() == null) {
      return;
    }
    URI address = URI.create("mailto:" + settings.email());
    if (!account.getContacts().isEmpty() && !account.getContacts().contains(address)) {
      Account.EditableAccount changed = account.modify();
      changed.getContacts().clear();
      changed.addContact(address).commit();
    }
  }

  private KeyPair accountKey() throws IOException, OrderFailed {
    try (CertificateStore.Lock lock = store.lock("")) {
      if (lock == null) {
        throw new OrderFailed(
            Outcome.UNREACHABLE, "another gateway is making the account in " + store.folder());
      }
      KeyPair kept = store.account(clock.instant());
      if (kept != null) {
        return kept;
      }
      KeyPair made = Keys.make(AcmeConfig.KeyType.EC256);
      store.writeAccount(made);
      return made;
    }
  }

  @Override
  public @Nullable Window renewal(X509Certificate certificate) throws InterruptedException {
    try {
      RenewalInfo info = login().bindRenewalInfo(certificate);
      return new Window(info.getSuggestedWindowStart(), info.getSuggestedWindowEnd());
    } catch (AcmeException | IOException | OrderFailed | RuntimeException e) {
      LOG.debug("{} says nothing about renewals: {}", settings.directory(), e.toString());
      return null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (directory != null) {
      directory.close();
    }
  }
}
