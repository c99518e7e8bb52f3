package dev.yumen.dataplane.upstream;

import dev.yumen.config.HealthCheckConfig;
import dev.yumen.dataplane.health.Health;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks the endpoints of one upstream, each on its own beat. All of it on one loop. */
final class HealthChecks {
  private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

  /** Share of the interval by which a check may come early, so that gateways do not meet. */
  private static final double JITTER = 0.1;

  private final Upstream upstream;
  private final HealthCheckConfig settings;
  private final Loop loop;
  private final Map<Endpoint, Check> checks = new HashMap<>();

  HealthChecks(Upstream upstream, HealthCheckConfig settings, Loop loop) {
    this.upstream = upstream;
    this.settings = settings;
    this.loop = loop;
  }

  /** The endpoints that there are from now on. Any thread. */
  void members(List<Member> members) {
    loop.eventLoop().execute(() -> become(members));
  }

  private void become(List<Member> members) {
    List<Endpoint> gone = new ArrayList<>(checks.keySet());
    members.forEach(member -> gone.remove(member.endpoint()));
    for (Endpoint endpoint : gone) {
      Check check = checks.remove(endpoint);
      if (check != null) {
        check.stop();
      }
    }
    for (Member member : members) {
      checks.computeIfAbsent(member.endpoint(), _ -> new Check(member)).start();
    }
  }

  /** No check follows. Any thread. */
  void close() {
    loop.execute(() -> become(List.of()));
  }

  /** The checks of one endpoint, one after the other. */
  private final class Check extends Deadline implements Probe.Outcome {
    private final Endpoint endpoint;
    private final Health health;
    private @Nullable Probe running;
    private boolean started;
    private boolean stopped;
    private boolean ended;

    Check(Member member) {
      this.endpoint = member.endpoint();
      this.health = member.health();
    }

    /** The first check comes at once, or nearly: many endpoints are not asked at the same time. */
    void start() {
      if (!started) {
        started = true;
        next(ThreadLocalRandom.current().nextDouble(JITTER));
      }
    }

    void stop() {
      stopped = true;
      loop.deadlines().cancel(this);
      if (running != null) {
        running.cancel();
      }
    }

    private void next(double intervals) {
      running = null;
      long wait = (long) (settings.interval().toNanos() * intervals);
      loop.deadlines().set(this, loop.nanoTime() + wait);
    }

    @Override
    protected void onDeadline(long now) {
      Probe late = running;
      if (late != null) {
        late.cancel();
        onEnd("no answer in time");
        return;
      }
      loop.deadlines().set(this, now + settings.timeout().toNanos());
      ended = false;
      Probe begun = begin();
      if (!ended) {
        running = begun;
      }
    }

    private Probe begin() {
      return settings.type() == HealthCheckConfig.Type.TCP
          ? new TcpProbe(endpoint, loop, this)
          : HttpProbe.begin(
              endpoint, loop, Questions.of(settings, endpoint.settings().headLimits()), this);
    }

    @Override
    public void onEnd(@Nullable String failure) {
      ended = true;
      if (stopped) {
        return;
      }
      upstream.checked(failure == null);
      if (health.checked(
          failure, settings.healthyAfter(), settings.unhealthyAfter(), loop.nanoTime())) {
        tell(failure);
      }
      next(1 - ThreadLocalRandom.current().nextDouble(JITTER));
    }

    private void tell(@Nullable String failure) {
      if (failure == null) {
        LOG.info("upstream {}: {} is healthy again", upstream.name(), endpoint.text());
      } else {
        LOG.warn("upstream {}: {} is unhealthy: {}", upstream.name(), endpoint.text(), failure);
      }
    }
  }
}
