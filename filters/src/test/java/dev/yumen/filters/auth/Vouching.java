package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.Identity;
import dev.yumen.api.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Recognises everybody as one and the same, of whom a token says this and that. */
public final class Vouching implements Filter {
  public static final FilterType<Config> TYPE =
      new FilterType<>("vouching", Config.class, (config, context) -> new Vouching());

  private static final Map<String, Object> CLAIMS =
      Map.of(
          "sub",
          "u-1",
          "age",
          42L,
          "verified",
          true,
          "roles",
          List.of("editor", 7L),
          "realm_access",
          Map.of("roles", List.of("admin")));

  /** No settings. */
  @Describe("No settings.")
  public record Config() {}

  @Override
  public Verdict onRequest(Exchange exchange) {
    Consumer who = new Consumer("carl", List.of("token-group"), Map.of("tier", "vip"), List.of());
    exchange.identity(new Identity(who, TYPE.name(), Set.of("read", "write"), CLAIMS));
    return Verdict.proceed();
  }
}
