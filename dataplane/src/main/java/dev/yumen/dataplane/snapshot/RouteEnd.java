package dev.yumen.dataplane.snapshot;

import dev.yumen.api.Response;
import dev.yumen.api.Template;
import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.balance.WeightedDraw;
import dev.yumen.dataplane.upstream.Upstream;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Where a route ends. */
public sealed interface RouteEnd {

  /** At one of these upstreams, chosen by weight. */
  record Forward(List<Upstream> upstreams, WeightedDraw draw, boolean endpointHost)
      implements RouteEnd {
    public Upstream choose() {
      return upstreams.size() == 1
          ? upstreams.getFirst()
          : upstreams.get(draw.next(ThreadLocalRandom.current()));
    }
  }

  /** With an answer that is always the same. */
  record Respond(Response response) implements RouteEnd {}

  /** With a redirect. */
  record RedirectTo(Template location, int status) implements RouteEnd {}

  /** With a file. */
  record Files(RouteConfig.StaticFiles settings, StaticFolder folder) implements RouteEnd {}

  /** With the gateway's own endpoints, or 404: the end of what no route matched. */
  record Unmatched() implements RouteEnd {}
}
