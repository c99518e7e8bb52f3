package dev.yumen.dataplane.upstream;

import dev.yumen.dataplane.loop.Loop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Whether a connection can be made, with TLS where the upstream has it. */
final class TcpProbe implements Probe, BareDial.Outcome {
  private final Outcome outcome;
  private final BareDial dial;

  TcpProbe(Endpoint endpoint, Loop loop, Outcome outcome) {
    this.outcome = outcome;
    this.dial = BareDial.begin(endpoint, loop, null, new ChannelInboundHandlerAdapter(), this);
  }

  @Override
  public void onConnected(Channel channel) {
    channel.close();
    outcome.onEnd(null);
  }

  @Override
  public void onFailed(Throwable cause) {
    outcome.onEnd(String.valueOf(cause.getMessage()));
  }

  @Override
  public void cancel() {
    dial.cancel();
  }
}
