package dev.yumen.dataplane.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The keys of session tickets: one that new tickets are made with, and the one before, whose
 * tickets are still taken. They are kept in memory alone and change by age, looked at when a client
 * comes; nothing runs between. Any thread.
 */
final class TicketKeys {
  /** The keys at one moment, the one in use first. */
  @SuppressWarnings("ArrayRecordComponent") // read-only
  record Generation(long number, long madeNanos, OpenSslSessionTicketKey[] keys) {}

  private final SecureRandom random = new SecureRandom();
  private final long rotateNanos;
  private final LongSupplier nanoClock;
  private volatile Generation current;

  TicketKeys(Duration rotate, LongSupplier nanoClock) {
    this.rotateNanos = rotate.toNanos();
    this.nanoClock = nanoClock;
    this.current = new Generation(1, nanoClock.getAsLong(), new OpenSslSessionTicketKey[] {make()});
  }

  /** The keys for now. */
  Generation current() {
    Generation generation = current;
    return nanoClock.getAsLong() - generation.madeNanos() < rotateNanos ? generation : rotate();
  }

  private synchronized Generation rotate() {
    Generation before = current;
    long now = nanoClock.getAsLong();
    long age = now - before.madeNanos();
    if (age >= rotateNanos) {
      // After a long rest, tickets of the key before are too old as well.
      OpenSslSessionTicketKey[] keys =
          age < 2 * rotateNanos
              ? new OpenSslSessionTicketKey[] {make(), before.keys()[0]}
              : new OpenSslSessionTicketKey[] {make()};
      current = new Generation(before.number() + 1, now, keys);
    }
    return current;
  }

  private OpenSslSessionTicketKey make() {
    byte[] name = new byte[OpenSslSessionTicketKey.NAME_SIZE];
    byte[] hmac = new byte[OpenSslSessionTicketKey.HMAC_KEY_SIZE];
    byte[] aes = new byte[OpenSslSessionTicketKey.AES_KEY_SIZE];
    random.nextBytes(name);
    random.nextBytes(hmac);
    random.nextBytes(aes);
    return new OpenSslSessionTicketKey(name, hmac, aes);
  }
}
