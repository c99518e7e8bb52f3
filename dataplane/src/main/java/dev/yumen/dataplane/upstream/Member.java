package dev.yumen.dataplane.upstream;

import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.health.Health;
import dev.yumen.dataplane.state.StateRegistry;

/** An endpoint of an upstream: its connections, how it fares, and what the configuration says. */
record Member(
    StateRegistry.Handle<Endpoint> endpointHandle,
    StateRegistry.Handle<Health> healthHandle,
    UpstreamConfig.Endpoint settings) {

  Endpoint endpoint() {
    return endpointHandle.value();
  }

  Health health() {
    return healthHandle.value();
  }

  void release() {
    endpointHandle.release();
    healthHandle.release();
  }
}
