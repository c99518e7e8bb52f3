package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DemoServicesTest {

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1));
  }

  @Test
  void answersTellWhatWasReceived() throws IOException {
    try (DemoServices demo = DemoServices.startOnFreePorts();
        RawClient client =
            RawClient.connect(port(demo.addresses().getOrDefault("USER_SERVICE", "none")))) {
      RawResponse response = client.get("/1?full", "X-Trace-ID: abc");

      assertEquals(200, response.status());
      assertTrue(response.text().contains("\"service\":\"user-service\""), response.text());
      assertTrue(response.text().contains("\"target\":\"/1?full\""), response.text());
      assertTrue(response.text().contains("\"x-trace-id\":\"abc\""), response.text());
    }
  }

  @Test
  void secondPairTakesOtherPortsThanTheFirst() throws IOException {
    try (DemoServices first = DemoServices.start(Map.of());
        DemoServices second = DemoServices.start(Map.of())) {
      assertNotEquals(
          first.addresses().get("USER_SERVICE"), second.addresses().get("USER_SERVICE"));
    }
  }

  @Test
  void serviceThatTheEnvironmentNamesIsNotStarted() throws IOException {
    try (DemoServices demo = DemoServices.start(Map.of("USER_SERVICE", "10.0.0.1:80"))) {
      assertEquals(Set.of("ORDER_SERVICE"), demo.addresses().keySet());
      assertEquals(Set.of("order-service"), demo.byName().keySet());
    }
  }
}
