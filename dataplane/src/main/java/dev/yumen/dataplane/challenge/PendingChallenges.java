package dev.yumen.dataplane.challenge;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Proofs that a domain leads here, each there for as long as an order waits for it. Empty nearly
 * always. Any thread; looking something up never waits.
 */
public final class PendingChallenges {
  /** What a client offers by ALPN to be shown a proof instead of a certificate (RFC 8737 §4). */
  public static final String ALPN = "acme-tls/1";

  private static final String PATH = "/.well-known/acme-challenge/";

  private final Map<String, byte[]> answers = new ConcurrentHashMap<>();
  private final Map<String, SslContext> proofs = new ConcurrentHashMap<>();

  /** A proof that can be asked for until it is withdrawn. */
  public interface Pending extends AutoCloseable {
    /** Withdraws it. */
    @Override
    void close();
  }

  /** Answers {@code http-01} challenges of this token with this text (RFC 8555 §8.3). */
  public Pending http(String token, String authorization) {
    byte[] answer = authorization.getBytes(StandardCharsets.US_ASCII);
    answers.put(token, answer);
    return () -> answers.remove(token, answer);
  }

  /**
   * Answers {@code tls-alpn-01} challenges of this domain (RFC 8737 §3). An authority that asks
   * says the domain and nothing else, so there is one proof of it at a time: this waits until
   * another one is withdrawn.
   *
   * @param certificate the one that holds the proof, self-signed
   */
  public Pending tlsAlpn(String domain, PrivateKey key, X509Certificate certificate)
      throws InterruptedException {
    SslContext proof = context(key, certificate);
    synchronized (proofs) {
      while (proofs.putIfAbsent(domain, proof) != null) {
        proofs.wait();
      }
    }
    return () -> withdraw(domain, proof);
  }

  private void withdraw(String domain, SslContext proof) {
    synchronized (proofs) {
      proofs.remove(domain, proof);
      proofs.notifyAll();
    }
  }

  /** Of the JDK's TLS: nothing native that somebody would have to give back at the right moment. */
  private static SslContext context(PrivateKey key, X509Certificate certificate) {
    try {
      return SslContextBuilder.forServer(key, certificate)
          .sslProvider(SslProvider.JDK)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.FATAL_ALERT,
                  SelectedListenerFailureBehavior.ACCEPT,
                  List.of(ALPN)))
          .build();
    } catch (SSLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What to answer to a request for this path, or null when it is none of a challenge's. */
  public byte @Nullable [] answer(String path) {
    return path.startsWith(PATH) ? answers.get(path.substring(PATH.length())) : null;
  }

  /** Whether any request could be one for a challenge. */
  public boolean awaitsHttp() {
    return !answers.isEmpty();
  }

  /**
   * An engine that shows the proof for this domain, or null when nobody waits for one.
   *
   * @param protocols what the client offers; it must be {@link #ALPN} alone
   */
  public @Nullable SSLEngine proof(
      @Nullable String serverName, List<String> protocols, ByteBufAllocator allocator) {
    if (serverName == null || !protocols.equals(List.of(ALPN))) {
      return null;
    }
    SslContext proof = proofs.get(serverName);
    return proof == null ? null : proof.newEngine(allocator);
  }
}
