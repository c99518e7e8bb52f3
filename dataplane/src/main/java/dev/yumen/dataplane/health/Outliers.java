package dev.yumen.dataplane.health;

import dev.yumen.config.OutlierConfig;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which endpoints of one upstream are taken out of use for a while: failures in a row,
 * the share of failures, and how slow one is beside the others. Any thread, except {@link #look}.
 */
public final class Outliers {

  /** Hears what was done. */
  public interface Events {
    /**
     * An endpoint is out of use.
     *
     * @param reason {@code consecutive}, {@code error_ratio} or {@code latency}
     * @param detail what was seen
     */
    void ejected(Health health, String reason, String detail, long nanos);

    /** The time of one is over. */
    void returned(Health health);
  }

  private final OutlierConfig settings;
  private final Events events;
  private volatile List<Health> members = List.of();

  /** For each endpoint what it had counted at the last looks, the oldest first; only in look. */
  private final Map<Health, ArrayDeque<Health.Totals>> past = new HashMap<>();

  public Outliers(OutlierConfig settings, Events events) {
    this.settings = settings;
    this.events = events;
  }

  /** The endpoints that there are now. */
  public void members(List<Health> now) {
    members = List.copyOf(now);
  }

  /** Whether {@link #look} has to be called once a second even when nobody is ejected. */
  public boolean looksBack() {
    return settings.errorRatio() > 0 || settings.latencyFactor() > 0;
  }

  /** An attempt failed by the fault of the endpoint. On the loop that is named. */
  public void failed(Health health, int loop, long now) {
    int inRow = health.failed(loop);
    int most = settings.consecutiveFailures();
    if (most > 0 && (inRow >= most || health.onProbation())) {
      eject(health, "consecutive", inRow + " failures in a row", now);
    }
  }

  private void eject(Health health, String reason, String detail, long now) {
    long nanos;
    synchronized (this) {
      List<Health> all = members;
      long out = all.stream().filter(member -> member.state().ejected()).count();
      if (!all.contains(health)
          || out + 1 > Math.floor(settings.maxEjected() * all.size() + 1e-9)) {
        return;
      }
      nanos =
          health.eject(
              settings.ejectionTime().toNanos(), settings.maxEjectionTime().toNanos(), now);
    }
    if (nanos > 0) {
      events.ejected(health, reason, detail, nanos);
    }
  }

  /** Brings back whose time is over, and judges the last window. By one thread, once a second. */
  public void look(long now) {
    List<Health> all = members;
    for (Health member : all) {
      if (member.returnIfDue(now)) {
        events.returned(member);
      }
    }
    if (looksBack()) {
      judge(all, now);
    }
  }

  private void judge(List<Health> all, long now) {
    past.keySet().retainAll(all);
    Health.@Nullable Totals[] windows = new Health.Totals[all.size()];
    for (int i = 0; i < windows.length; i++) {
      windows[i] = window(all.get(i));
    }
    double[] means =
        Arrays.stream(windows)
            .filter(
                window -> window != null && enough(window) && window.calls() > window.failures())
            .mapToDouble(Outliers::mean)
            .sorted()
            .toArray();
    // The lower median: of two endpoints the slower one is the outlier.
    double median = means.length < 2 ? 0 : means[(means.length - 1) / 2];
    for (int i = 0; i < windows.length; i++) {
      Health.Totals window = windows[i];
      if (window == null || !enough(window) || all.get(i).state().ejected()) {
        continue;
      }
      double ratio = (double) window.failures() / window.calls();
      if (settings.errorRatio() > 0 && ratio >= settings.errorRatio()) {
        String detail = window.failures() + " of " + window.calls() + " requests failed";
        ejectAnew(all.get(i), "error_ratio", detail, now);
      } else if (settings.latencyFactor() > 0
          && median > 0
          && mean(window) >= settings.latencyFactor() * median) {
        String detail =
            "%.1f ms on average, the median endpoint takes %.1f ms"
                .formatted(mean(window) / 1e6, median / 1e6);
        ejectAnew(all.get(i), "latency", detail, now);
      }
    }
  }

  private void ejectAnew(Health health, String reason, String detail, long now) {
    eject(health, reason, detail, now);
    past.remove(health); // what led to this ejection must not lead to the next
  }

  private boolean enough(Health.Totals window) {
    return window.calls() >= settings.minimumCalls();
  }

  private static double mean(Health.Totals window) {
    long good = window.calls() - window.failures();
    return good == 0 ? 0 : (double) window.nanos() / good;
  }

  /** What has been counted in the window; null until there is something to look back on. */
  private Health.@Nullable Totals window(Health health) {
    ArrayDeque<Health.Totals> earlier = past.computeIfAbsent(health, _ -> new ArrayDeque<>());
    Health.Totals now = health.totals();
    Health.@Nullable Totals first = earlier.peekFirst();
    earlier.addLast(now);
    if (earlier.size() > settings.window().toSeconds()) {
      earlier.removeFirst();
    }
    return first == null ? null : now.since(first);
  }
}
