package dev.yumen.filters.oidc;

import dev.yumen.filters.oidc.SessionVault.Claim;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Renews the tokens of a session in Redis, by one gateway at a time: the others wait until that one
 * has put the new tokens there. The claim of a gateway that dies ends by itself. Blocks, so not on
 * an event loop.
 */
final class SharedRefresh {
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final int TRIES = 4;

  /** Questions to the provider that a refresh may take: its document, tokens, keys twice. */
  private static final int QUESTIONS = 4;

  private final SessionVault vault;
  private final Duration timeout;
  private final Provided provided;
  private final String mark = Sealer.random(16);

  /** Asks the provider. */
  @FunctionalInterface
  interface Provided {
    Refreshed ask(Session session, String refreshToken) throws InterruptedException;
  }

  SharedRefresh(SessionVault vault, Duration timeout, Provided provided) {
    this.vault = vault;
    this.timeout = timeout;
    this.provided = provided;
  }

  /** Comes to newer tokens than these, whoever gets them. */
  Refreshed run(Session session) throws InterruptedException {
    long millis = QUESTIONS * timeout.toMillis() + TimeUnit.SECONDS.toMillis(1);
    long giveUp = System.nanoTime() + timeout.toNanos();
    try {
      while (true) {
        Claim claim = joined(vault.claim(session.id(), mark, millis));
        if (claim == null) {
          return new Refreshed.Ended("it was ended meanwhile");
        }
        boolean fresh = !claim.session().hasTokensOf(session);
        if (claim.mine()) {
          return fresh ? given(claim) : renewed(claim);
        }
        if (fresh) {
          return new Refreshed.Renewed(claim.session());
        }
        if (System.nanoTime() - giveUp >= 0) {
          return new Refreshed.Unknown("another gateway is at it for too long");
        }
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } catch (CompletionException e) {
      return new Refreshed.Unknown(vault.trouble(e).detail());
    }
  }

  private static <T extends @Nullable Object> T joined(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }

  private Refreshed given(Claim claim) {
    joined(vault.release(claim.session().id(), mark));
    return new Refreshed.Renewed(claim.session());
  }

  private Refreshed renewed(Claim claim) throws InterruptedException {
    Session session = claim.session();
    Refreshed result = provided.ask(session, String.valueOf(session.refreshToken()));
    if (result instanceof Refreshed.Renewed renewed) {
      return stored(claim, renewed);
    }
    joined(vault.release(session.id(), mark));
    return result;
  }

  /** The old refresh token may be spent, so this is worth some tries. */
  private Refreshed stored(Claim claim, Refreshed.Renewed renewed) {
    String newer = vault.sealed(renewed.session());
    for (int i = 1; ; i++) {
      try {
        boolean there = joined(vault.replace(claim.session().id(), claim.sealed(), newer, mark));
        return there ? renewed : new Refreshed.Ended("it was ended meanwhile");
      } catch (CompletionException e) {
        vault.trouble(e);
        if (i == TRIES) {
          return renewed; // kept here, and put there by the next request
        }
      }
      LockSupport.parkNanos(i * 10L * LOOK_AGAIN_NANOS);
    }
  }
}
