package dev.yumen.dataplane.http3;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proof that a client gets what is sent to its address (RFC 9000 §8.1.2): it must bring back a
 * token that only we can make, for this address and port, within a few seconds. The token carries
 * its end and the connection id that the client chose, so nothing is kept for a client that does
 * not come back. The key lives as long as the port. Only on its loop.
 */
final class RetryTokens implements QuicTokenHandler {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 32;
  private static final int HEAD_BYTES = Long.BYTES + MAC_BYTES;
  private static final long LIFE_NANOS = 10_000_000_000L;
  private static final int REFUSED = -1;

  private final Mac mac;
  private final BooleanSupplier wanted;
  private final LongSupplier nanoClock;

  /**
   * @param wanted whether the next client that brings no token has to get one first
   */
  RetryTokens(BooleanSupplier wanted, LongSupplier nanoClock) {
    this.wanted = wanted;
    this.nanoClock = nanoClock;
    byte[] key = new byte[MAC_BYTES];
    new SecureRandom().nextBytes(key);
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean writeToken(ByteBuf out, ByteBuf clientsId, InetSocketAddress address) {
    if (!wanted.getAsBoolean()) {
      return false;
    }
    byte[] id = bytes(clientsId);
    long end = nanoClock.getAsLong() + LIFE_NANOS;
    out.writeLong(end).writeBytes(seal(end, id, address)).writeBytes(id);
    return true;
  }

  /** Where in the token the client's first connection id begins, or -1. */
  @Override
  public int validateToken(ByteBuf token, InetSocketAddress address) {
    int length = token.readableBytes();
    if (length < HEAD_BYTES || length > maxTokenLength()) {
      return REFUSED;
    }
    int start = token.readerIndex();
    byte[] claimed = new byte[MAC_BYTES];
    token.getBytes(start + Long.BYTES, claimed);
    long end = token.getLong(start);
    byte[] id = bytes(token.slice(start + HEAD_BYTES, length - HEAD_BYTES));
    boolean ours = MessageDigest.isEqual(claimed, seal(end, id, address));
    return ours && end - nanoClock.getAsLong() > 0 ? HEAD_BYTES : REFUSED;
  }

  @Override
  public int maxTokenLength() {
    return HEAD_BYTES + Quic.MAX_CONN_ID_LEN;
  }

  private byte[] seal(long end, byte[] id, InetSocketAddress address) {
    mac.update(
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
            .putLong(end)
            .putInt(address.getPort())
            .flip());
    byte[] host = address.getAddress().getAddress();
    mac.update((byte) host.length);
    mac.update(host);
    return mac.doFinal(id);
  }

  private static byte[] bytes(ByteBuf from) {
    byte[] bytes = new byte[from.readableBytes()];
    from.getBytes(from.readerIndex(), bytes);
    return bytes;
  }
}
