package dev.yumen.bench;

import dev.yumen.api.Filter;
import dev.yumen.api.Verdict;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.filters.BuiltInFilters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the filter {@code jwt} costs for a token that it knows already, an RS256 one of 800
 * characters, two headers for the upstream included. {@code head} is the cost of reading the head
 * alone, to be taken off.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CachedToken {
  private static final int PADDING = 200;

  private BenchExchange exchange = new BenchExchange("", "");
  private BenchContext context = new BenchContext(Path.of("."), List.of());
  private Filter filter = new Filter() {};

  /** Makes the filter and shows it the token once. */
  @Setup(Level.Trial)
  public void create() throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    exchange =
        new BenchExchange(
            "GET / HTTP/1.1\r\nHost: shop.example.com\r\nAccept: application/json\r\n"
                + "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0)\r\n"
                + "Authorization: Bearer "
                + token(pair)
                + "\r\n\r\n",
            "");
    String pem = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    Path folder = Files.createTempDirectory("yumen-bench");
    LoadedConfig loaded =
        new ConfigReader(BuiltInFilters.byName(), Map.of())
            .readText(
                "bench.yaml",
                "filters: [{jwt: {hide-credentials: false, public-key: '-----BEGIN PUBLIC KEY-----"
                    + pem
                    + "-----END PUBLIC KEY-----'}}]\n"
                    + "routes: [{id: users, match: {path: /**}, respond: {}}]\n",
                folder);
    GatewayConfig config = Objects.requireNonNull(loaded.config(), loaded.problems()::toString);
    context = new BenchContext(folder, config.consumers());
    FilterConfig jwt = config.filters().getFirst();
    filter = (Filter) jwt.type().create(jwt.settings(), context);
    if (!(known() instanceof Verdict.Proceed)) {
      throw new IllegalStateException("the token is not good");
    }
  }

  private static String token(KeyPair pair) throws GeneralSecurityException {
    String claims =
        "{\"sub\":\"ann\",\"groups\":[\"vip\"],\"exp\":4000000000,\"more\":\"%s\"}"
            .formatted("x".repeat(PADDING));
    String signed = part("{\"alg\":\"RS256\"}") + "." + part(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(pair.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Closes what the filter opened. */
  @TearDown
  public void close() throws Exception {
    context.close();
  }

  @Benchmark
  public Object head() {
    return exchange.request("/");
  }

  @Benchmark
  public Object known() {
    exchange.request("/");
    return filter.onRequest(exchange);
  }
}
