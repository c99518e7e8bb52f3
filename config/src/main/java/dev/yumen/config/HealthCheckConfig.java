package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Shorthand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks each endpoint now and then whether it is well. */
@Describe("Asks each endpoint now and then whether it is well.")
@Shorthand("path")
public record HealthCheckConfig(
    @Describe(
            "http: a GET. grpc: the health service of gRPC (grpc.health.v1). tcp: a connection, with"
                + " TLS where the upstream has it.")
        @Default("http")
        Type type,
    @Describe("Path and query of the GET.") @Default("/") String path,
    @Describe("Host of the GET; without it that of the endpoint.") @Nullable String host,
    @Describe("Header fields of the GET.") Map<String, String> headers,
    @Describe("Statuses of a healthy endpoint: 204, 200-399 or 2xx.") @OneOrMany @Default("200-399")
        List<StatusRange> status,
    @Describe("Text that the first 64 KiB of the answer have to contain.") @Nullable String body,
    @Describe("Name of the service that gRPC is asked for; empty for the whole server.")
        @Default("''")
        String service,
    @Describe("Time between two checks, less up to a tenth of it by chance.") @Default("5s")
        Duration interval,
    @Describe("Time for an answer.") @Default("2s") Duration timeout,
    @Describe("Good checks in a row after which an endpoint is used again.") @Default("2")
        int healthyAfter,
    @Describe("Bad checks in a row after which an endpoint is not used any more.") @Default("3")
        int unhealthyAfter) {

  private static final Set<String> OWN_FIELDS =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "upgrade",
          "te",
          "trailer",
          "expect",
          "user-agent");

  /** What a check is. */
  public enum Type {
    HTTP,
    GRPC,
    TCP
  }

  public HealthCheckConfig {
    headers = Check.copy(headers);
    status = List.copyOf(status);
    if (!path.startsWith("/") || !path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')) {
      throw new InvalidValue("path", path, "a path that starts with \"/\", in printable ASCII");
    }
    if (status.isEmpty()) {
      throw InvalidValue.found("status", "no status", "at least one");
    }
    if (host != null && !host.matches("[A-Za-z0-9._~:\\[\\]%-]+")) {
      throw new InvalidValue("host", host, "a host with an optional port");
    }
    headers.forEach(HealthCheckConfig::requireField);
    Check.range("service", service.getBytes(StandardCharsets.UTF_8).length, 0, 127);
    Check.range("interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
    Check.range("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(10));
    Check.range("healthy-after", healthyAfter, 1, 1_000);
    Check.range("unhealthy-after", unhealthyAfter, 1, 1_000);
  }

  private static void requireField(String name, String value) {
    if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")
        || OWN_FIELDS.contains(name.toLowerCase(Locale.ROOT))) {
      throw new InvalidValue("headers", name, "a header that the gateway does not write itself");
    }
    if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw new InvalidValue("headers." + name, value, "printable ASCII");
    }
  }
}
