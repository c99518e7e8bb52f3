package dev.yumen.control.traffic;

import dev.yumen.dataplane.observe.TrafficTable;
import dev.yumen.dataplane.observe.TrafficTable.Row;
import java.util.List;

/**
 * A second with what became of each route and of each upstream in it.
 *
 * @param routes until the end of the second
 * @param routesBefore until its beginning
 */
public record TrafficLook(
    TrafficSecond second,
    TrafficTable routes,
    TrafficTable routesBefore,
    TrafficTable upstreams,
    TrafficTable upstreamsBefore) {

  /** Routes with most requests, the busiest first. */
  public List<Row> busiestRoutes(int most) {
    return routes.busiest(routesBefore, most);
  }

  public List<Row> busiestUpstreams(int most) {
    return upstreams.busiest(upstreamsBefore, most);
  }

  /** One route. */
  public Row route(String id) {
    return routes.row(routesBefore, id);
  }
}
