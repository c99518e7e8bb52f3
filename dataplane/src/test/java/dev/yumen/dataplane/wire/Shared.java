package dev.yumen.dataplane.wire;

import dev.yumen.testkit.Scripted;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What the tests of a class share: a gateway and the services behind it. What one test left in the
 * queue of a service is dropped before the next; behind the last, all are closed in order.
 */
final class Shared implements BeforeEachCallback, AfterAllCallback {
  private final List<AutoCloseable> parts;

  private Shared(List<AutoCloseable> parts) {
    this.parts = parts;
  }

  /** Parts in the order they are closed: the gateway first, as it looks for what it still holds. */
  static Shared of(AutoCloseable... parts) {
    return new Shared(List.of(parts));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    for (AutoCloseable part : parts) {
      if (part instanceof Scripted service) {
        service.dropQueued();
      }
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    for (AutoCloseable part : parts) {
      part.close();
    }
  }
}
