package dev.yumen.filters.auth;

import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Consumer;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Remark;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.StructuredFields.InnerList;
import dev.yumen.filters.auth.StructuredFields.Malformed;
import dev.yumen.filters.auth.StructuredFields.Parameters;
import dev.yumen.filters.security.HmacSha256;
import dev.yumen.filters.security.ReplayGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Lets consumers in who signed their request: HTTP Message Signatures (RFC 9421) with HMAC-SHA256,
 * and digests of bodies (RFC 9530).
 *
 * <p>The signature is checked before anything of the request is believed, and for an unknown key
 * with one that nobody has, so that both take as long. A body is held until its digest is known to
 * be the signed one.
 */
public final class HmacAuthFilter implements BodyFilter, Explains, TakesCredentials {
  public static final FilterType<Config> TYPE =
      new FilterType<>("hmac-auth", Config.class, HmacAuthFilter::new);

  private static final String DIGEST = "content-digest";

  /** What has to be signed, and when. */
  @Describe("Lets consumers in who signed their request (RFC 9421, HMAC-SHA256).")
  public record Config(
      @Describe(
              "What a signature must cover: @method, @authority, @path, @query, @request-target,"
                  + " @target-uri, @scheme or names of header fields in lower case. A body's digest"
                  + " must be covered whatever stands here.")
          @OneOrMany
          @Default("[\"@method\", \"@authority\", \"@path\", \"@query\"]")
          List<String> covered,
      @Describe("How old a signature may be, by its parameter created.") @Default("5m")
          Duration window,
      @Describe("How far clocks of clients may be ahead.") @Default("30s") Duration clockSkew,
      @Describe("Whether a signature must have a nonce.") @Default("false") boolean requireNonce,
      @Describe("Where it is remembered which signatures were used.") @Default("{}")
          ReplayGuard.Config replay,
      @Describe("Most bytes of a body, which is held until its digest is checked.") @Default("1MiB")
          DataSize maxBody,
      @Describe(
              "Whether Signature and Signature-Input are taken from the request before it is"
                  + " forwarded.")
          @Default("true")
          boolean hideCredentials,
      @Describe("Named to clients that send no signature.") @Default("yumen") String realm) {

    public Config {
      covered = List.copyOf(covered);
      for (String component : covered) {
        if (!SignatureBase.isComponent(component)) {
          throw new InvalidValue(
              "covered",
              component,
              "a derived component such as @path, or a lower-case field name");
        }
      }
      if (window.compareTo(Duration.ofSeconds(1)) < 0 || window.compareTo(Duration.ofDays(1)) > 0) {
        throw InvalidValue.found("window", window.toMillis() + "ms", "1s to 24h");
      }
      if (clockSkew.isNegative() || clockSkew.compareTo(Duration.ofHours(1)) > 0) {
        throw InvalidValue.found("clock-skew", clockSkew.toMillis() + "ms", "0s to 1h");
      }
      if (maxBody.bytes() < 1 || maxBody.bytes() > 1 << 30) {
        throw InvalidValue.found("max-body", maxBody.toString(), "1 to 1GiB");
      }
      Realm.check(realm);
    }
  }

  private record Signer(HmacSha256 key, UpstreamIdentity identity) {}

  /** What a request said and was proved by its signature. */
  private record Signed(List<String> digests) {}

  private static final Key<Signed> SIGNED = Key.of("hmac-auth signed");

  private final Config config;
  private final FilterContext context;
  private final ReplayGuard replays;
  private final Map<String, Signer> signers = new HashMap<>();
  private final HmacSha256 nobodys;
  private final String challenge;
  private final String accepted;
  private final Verdict missing;

  private HmacAuthFilter(Config config, FilterContext context) {
    this.config = config;
    this.context = context;
    for (Consumer consumer : context.consumers()) {
      add(consumer);
    }
    if (signers.isEmpty()) {
      throw new InvalidValue("", "no secrets", "a consumer with a credential hmac");
    }
    byte[] random = new byte[HmacSha256.BYTES];
    new SecureRandom().nextBytes(random);
    nobodys = new HmacSha256(random);
    replays =
        new ReplayGuard(
            context,
            "replay",
            config.replay,
            "hmac-auth",
            config.window.plus(config.clockSkew).plusSeconds(1));
    challenge = "Signature realm=\"" + config.realm + "\"";
    accepted =
        config.covered.stream().collect(Collectors.joining("\" \"", "sig=(\"", "\""))
            + (config.covered.contains(DIGEST) ? "" : " \"" + DIGEST + "\"")
            + ");created;keyid"
            + (config.requireNonce ? ";nonce" : "")
            + ";alg=\"hmac-sha256\"";
    missing =
        Verdict.fail(
            Failure.of(FailureCode.AUTH_MISSING, "no Signature")
                .header("www-authenticate", challenge)
                .header("accept-signature", accepted));
  }

  private void add(Consumer consumer) {
    UpstreamIdentity identity = UpstreamIdentity.of(consumer, TYPE.name());
    for (Consumer.Credential credential : consumer.credentials()) {
      Consumer.Hmac hmac = credential.hmac();
      if (hmac != null) {
        signers.put(hmac.keyId(), new Signer(new HmacSha256(hmac.key()), identity));
      }
    }
  }

  private Failure invalid(String why) {
    return Failure.of(FailureCode.AUTH_INVALID, "hmac-auth: " + why)
        .header("www-authenticate", challenge)
        .header("accept-signature", accepted);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Headers headers = exchange.request().headers();
    if (!headers.contains("signature") && !headers.contains("signature-input")) {
      return missing;
    }
    try {
      return replays.admit(judge(exchange, headers), invalid("a signature that was used before"));
    } catch (Malformed e) {
      return Verdict.fail(invalid(e.why()));
    }
  }

  @Override
  public Set<String> credentialNames() {
    return Set.of("signature", "signature-input");
  }

  @Override
  public Effect explain(Exchange exchange) {
    Headers headers = exchange.request().headers();
    if (!headers.contains("signature") && !headers.contains("signature-input")) {
      return Effect.sure(missing);
    }
    try {
      judge(exchange, headers);
      return Effect.untried(Remark.About.REMEMBERS, "signature");
    } catch (Malformed e) {
      return Effect.sure(Verdict.fail(invalid(e.why())));
    }
  }

  /** The signature, which is right. */
  private byte[] judge(Exchange exchange, Headers headers) throws Malformed {
    Map<String, InnerList> inputs =
        StructuredFields.lists(String.join(", ", headers.all("signature-input")));
    Map<String, byte[]> codes = StructuredFields.bytes(String.join(", ", headers.all("signature")));
    if (inputs.size() != 1 || !inputs.keySet().equals(codes.keySet())) {
      throw new Malformed("not one signature with its input");
    }
    InnerList input = inputs.values().iterator().next();
    byte[] code = codes.values().iterator().next();
    String keyId = input.parameters().string("keyid");
    Signer signer = keyId == null ? null : signers.get(keyId);
    byte[] base = SignatureBase.of(exchange, input);
    boolean right = (signer == null ? nobodys : signer.key).verifies(base, code);
    if (signer == null || !right) {
      throw new Malformed("an unknown key, or a signature that is not of this request");
    }
    requireAll(input);
    requireTime(input.parameters());
    keep(exchange, input);
    signer.identity.assign(exchange);
    return code;
  }

  private void requireAll(InnerList input) throws Malformed {
    for (String component : config.covered) {
      if (!input.items().containsKey(component)) {
        throw new Malformed("does not cover " + component);
      }
    }
    String algorithm = input.parameters().string("alg");
    if (algorithm != null && !algorithm.equals("hmac-sha256")) {
      throw new Malformed("signed with another algorithm: " + algorithm);
    }
    if (config.requireNonce && input.parameters().string("nonce") == null) {
      throw new Malformed("no nonce");
    }
  }

  private void requireTime(Parameters parameters) throws Malformed {
    long now = context.clock().instant().getEpochSecond();
    Long created = parameters.integer("created");
    Long expires = parameters.integer("expires");
    if (created == null) {
      throw new Malformed("no created");
    }
    if (created < now - config.window.toSeconds() || created > now + config.clockSkew.toSeconds()) {
      throw new Malformed("created at " + created + ", now is " + now);
    }
    if (expires != null && expires + config.clockSkew.toSeconds() < now) {
      throw new Malformed("expired at " + expires + ", now is " + now);
    }
  }

  /**
   * Notes the signed digests, as filters between here and the body can change the fields, and drops
   * what only looks like a signed field.
   */
  private void keep(Exchange exchange, InnerList input) {
    Headers headers = exchange.request().headers();
    boolean digested = input.items().containsKey(DIGEST);
    exchange.put(SIGNED, new Signed(digested ? headers.all(DIGEST) : List.of()));
    for (String name : input.items().keySet()) {
      if (name.indexOf('-') > 0) {
        List<String> values = headers.all(name);
        headers.remove(name);
        values.forEach(value -> headers.add(name, value));
      }
    }
    if (config.hideCredentials) {
      headers.remove("signature");
      headers.remove("signature-input");
    }
  }

  @Override
  public BodyTreatment requestBody(Exchange exchange) {
    Signed signed = exchange.get(SIGNED);
    BodyTransform check = new Check(signed == null ? List.of() : signed.digests());
    return mayHaveBody(exchange)
        ? new BodyTreatment.Whole((int) config.maxBody.bytes(), check)
        : new BodyTreatment.Inspect(check);
  }

  /** HTTP/2 and HTTP/3 tell it by no field; without one, GET and HEAD do not wait for an end. */
  private static boolean mayHaveBody(Exchange exchange) {
    Headers headers = exchange.request().headers();
    String length = headers.first("content-length");
    if (length != null || headers.contains("transfer-encoding")) {
      return !"0".equals(length);
    }
    String method = exchange.request().method();
    boolean stated = exchange.request().version().startsWith("1");
    return !stated && !method.equals("GET") && !method.equals("HEAD");
  }

  /** Lets a body through that has the signed digest, and no body that has none. */
  private final class Check implements BodyTransform {
    private final List<String> digests;
    private boolean seen;

    Check(List<String> digests) {
      this.digests = digests;
    }

    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      seen = true;
      boolean fine =
          digests.isEmpty() ? !chunk.isReadable() : ContentDigest.matches(digests, chunk);
      if (fine) {
        out.emit(chunk);
        return;
      }
      chunk.release();
      out.fail(invalid(digests.isEmpty() ? "a body without a signed digest" : "another body"));
    }

    @Override
    public void onEnd(BodySink out) {
      if (!seen && !digests.isEmpty()) {
        if (!ContentDigest.matches(digests, Unpooled.EMPTY_BUFFER)) {
          out.fail(invalid("no body, but the digest of one"));
        }
      }
    }
  }
}
