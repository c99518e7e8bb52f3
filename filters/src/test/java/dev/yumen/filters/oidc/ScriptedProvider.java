package dev.yumen.filters.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A provider that says whatever a test wants, good answers first. */
final class ScriptedProvider implements AutoCloseable {
  static final RSAKey KEY = key();
  static final RSAKey OTHER_KEY = key();
  private static final JsonMapper MAPPER = new JsonMapper();

  private final ScriptedUpstream server = ScriptedUpstream.start(this::serve);
  private final InstantSource clock;
  private final List<String> forms = new CopyOnWriteArrayList<>();

  volatile String nonce = "";
  volatile RSAKey signer = KEY;
  volatile Consumer<Map<String, Object>> claims = claims -> {};
  volatile Consumer<Map<String, Object>> tokens = tokens -> {};
  volatile Consumer<Map<String, Object>> configuration = configuration -> {};
  volatile @Nullable Behaviour tokenEndpoint;

  ScriptedProvider(InstantSource clock) {
    this.clock = clock;
  }

  private static RSAKey key() {
    try {
      return new RSAKeyGenerator(2048).keyID("k").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  String issuer() {
    return "http://" + server.address();
  }

  /** Forms that the token endpoint got. */
  List<String> forms() {
    return forms;
  }

  private void serve(Incoming request) throws IOException, InterruptedException {
    String target = request.recorded().target();
    Behaviour behaviour =
        switch (target) {
          case "/.well-known/openid-configuration" -> json(configuration());
          case "/jwks" -> json(new JWKSet(KEY.toPublicJWK()).toJSONObject());
          case "/token" -> token(request.readBody().text());
          default -> Behaviours.respond(404, "");
        };
    behaviour.serve(request);
  }

  private static Behaviour json(Map<String, Object> members) {
    return Behaviours.respond(200, MAPPER.writeValueAsString(members));
  }

  private Map<String, Object> configuration() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("issuer", issuer());
    members.put("authorization_endpoint", issuer() + "/authorize?tenant=1");
    members.put("token_endpoint", issuer() + "/token");
    members.put("jwks_uri", issuer() + "/jwks");
    members.put("end_session_endpoint", issuer() + "/logout");
    configuration.accept(members);
    return members;
  }

  private Behaviour token(String form) {
    forms.add(form);
    Behaviour other = tokenEndpoint;
    if (other != null) {
      return other;
    }
    long now = clock.millis() / 1000;
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("iss", issuer());
    said.put("aud", "shop");
    said.put("sub", "ann");
    said.put("exp", now + 300);
    said.put("iat", now);
    said.put("nonce", nonce);
    claims.accept(said);
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("access_token", "access-" + forms.size());
    members.put("token_type", "Bearer");
    members.put("expires_in", 300);
    members.put("refresh_token", "refresh-" + forms.size());
    members.put("id_token", signed(said));
    tokens.accept(members);
    return json(members);
  }

  /** A token with these claims, signed as all of its tokens are. */
  String signed(Map<String, Object> said) {
    try {
      JWSObject token =
          new JWSObject(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k").build(), new Payload(said));
      token.sign(new RSASSASigner(signer));
      return token.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
