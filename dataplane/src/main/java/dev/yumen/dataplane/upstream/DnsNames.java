package dev.yumen.dataplane.upstream;

import dev.yumen.api.FailureCode;
import dev.yumen.config.Address;
import dev.yumen.config.UpstreamConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.DefaultHostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names by the system's hosts file first, else by DNS: A and AAAA, again when the shortest time to
 * live has passed. Names without a dot also get the system's search domains. A failed look-up is
 * tried again soon and keeps what is known.
 */
public final class DnsNames implements NameService {
  private static final Logger LOG = LoggerFactory.getLogger(DnsNames.class);
  private static final long HOSTS_FILE_SECONDS = 30;

  private final EventLoop loop;
  private final Class<? extends DatagramChannel> channelType;
  private final SearchDomains searchDomains;
  private final AtomicInteger pending = new AtomicInteger();
  private final Map<List<Address>, DnsNameResolver> resolvers = new ConcurrentHashMap<>();

  public DnsNames(EventLoop loop, Class<? extends DatagramChannel> channelType) {
    this.loop = loop;
    this.channelType = channelType;
    this.searchDomains = SearchDomains.ofSystem();
  }

  private DnsNameResolver resolver(List<Address> servers) {
    return resolvers.computeIfAbsent(servers, this::newResolver);
  }

  private DnsNameResolver newResolver(List<Address> servers) {
    DnsNameResolverBuilder builder =
        new DnsNameResolverBuilder(loop)
            .datagramChannelType(channelType)
            .resolveCache(NoopDnsCache.INSTANCE)
            .queryTimeoutMillis(2000)
            .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED);
    builder.nameServerProvider(
        servers.isEmpty()
            ? DnsServerAddressStreamProviders.platformDefault()
            : new SequentialDnsServerAddressStreamProvider(
                servers.stream()
                    .map(server -> new InetSocketAddress(server.host(), server.port()))
                    .toArray(InetSocketAddress[]::new)));
    return builder.build();
  }

  @Override
  public Subscription subscribe(
      String host, UpstreamConfig.Dns settings, Consumer<List<InetAddress>> found) {
    Watch watch = new Watch(host, settings, found);
    pending.incrementAndGet();
    loop.execute(watch::lookUp);
    return watch;
  }

  @Override
  public void awaitFirst(Duration most) {
    long until = System.nanoTime() + most.toNanos();
    while (pending.get() > 0 && System.nanoTime() < until) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    resolvers.values().forEach(DnsNameResolver::close);
  }

  /** One name that is kept resolved. Only on the loop, except for the cancelled flag. */
  private final class Watch implements Subscription {
    private final String host;
    private final UpstreamConfig.Dns settings;
    private final Consumer<List<InetAddress>> found;
    private final List<String> candidates;
    private final DefaultHostsFileEntriesResolver hostsFile = new DefaultHostsFileEntriesResolver();
    private volatile boolean cancelled;
    private boolean failedBefore;
    private boolean lookedUp;

    /** What one look-up has gathered so far. */
    private final class LookUp {
      private final String name;
      private final int candidate;
      private final List<InetAddress> addresses = new ArrayList<>();
      private long ttl = Long.MAX_VALUE;
      private int open = 2;
      private boolean answered;

      LookUp(int candidate) {
        this.candidate = candidate;
        this.name = candidates.get(candidate);
      }

      void start() {
        ask(DnsRecordType.A);
        ask(DnsRecordType.AAAA);
      }

      private void ask(DnsRecordType type) {
        resolver(settings.servers())
            .resolveAll(new DefaultDnsQuestion(name, type))
            .addListener((Future<List<DnsRecord>> future) -> answered(type, future));
      }

      private void answered(DnsRecordType type, Future<List<DnsRecord>> future) {
        if (future.isSuccess()) {
          answered = true;
          for (DnsRecord dnsRecord : future.getNow()) {
            take(type, dnsRecord);
          }
        }
        open--;
        if (open > 0) {
          return;
        }
        if (!addresses.isEmpty()) {
          tell(addresses, ttl);
        } else if (candidate + 1 < candidates.size()) {
          new LookUp(candidate + 1).start();
        } else {
          failed(answered ? "no address" : "no answer from the name servers");
        }
      }

      private void take(DnsRecordType type, DnsRecord dnsRecord) {
        try {
          if (dnsRecord.type().equals(type) && dnsRecord instanceof DnsRawRecord raw) {
            ByteBuf content = raw.content();
            byte[] bytes = new byte[content.readableBytes()];
            content.getBytes(content.readerIndex(), bytes);
            addresses.add(InetAddress.getByAddress(host, bytes));
            ttl = Math.min(ttl, dnsRecord.timeToLive());
          }
        } catch (UnknownHostException e) {
          LOG.warn("{}: malformed address record", host, e);
        } finally {
          ReferenceCountUtil.release(dnsRecord);
        }
      }
    }

    Watch(String host, UpstreamConfig.Dns settings, Consumer<List<InetAddress>> found) {
      this.host = host;
      this.settings = settings;
      this.found = found;
      this.candidates = searchDomains.candidates(host);
    }

    void lookUp() {
      if (cancelled) {
        return;
      }
      List<InetAddress> local = hostsFile.addresses(host, ResolvedAddressTypes.IPV4_PREFERRED);
      if (local != null && !local.isEmpty()) {
        tell(new ArrayList<>(local), HOSTS_FILE_SECONDS);
        return;
      }
      new LookUp(0).start();
    }

    private void tell(List<InetAddress> addresses, long ttlSeconds) {
      if (cancelled) {
        return;
      }
      if (failedBefore) {
        failedBefore = false;
        LOG.info("{} resolves again", host);
      }
      found.accept(
          addresses.stream()
              .distinct()
              .sorted(Comparator.comparing(InetAddress::getHostAddress))
              .toList());
      long nanos =
          Math.clamp(
              TimeUnit.SECONDS.toNanos(ttlSeconds),
              settings.minTtl().toNanos(),
              Math.max(settings.minTtl().toNanos(), settings.maxTtl().toNanos()));
      again(nanos);
    }

    private void failed(String why) {
      if (!failedBefore) {
        failedBefore = true;
        LOG.warn("{} does not resolve: {} ({})", host, why, FailureCode.NO_ENDPOINT);
      }
      again(Math.max(settings.minTtl().toNanos(), TimeUnit.SECONDS.toNanos(1)));
    }

    private void again(long nanos) {
      if (!lookedUp) {
        lookedUp = true;
        pending.decrementAndGet();
      }
      var _ = loop.schedule(this::lookUp, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
