package dev.yumen.filters.oidc;

import dev.yumen.filters.jwt.Jwks;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider is asked what (OpenID Connect Discovery 1.0 §3).
 *
 * @param endSession null when the provider has none
 * @param basic whether a client may show its secret as Basic
 * @param namesIssuer whether every answer says who gave it (RFC 9207)
 */
record Endpoints(
    URI authorization, URI token, @Nullable URI endSession, boolean basic, boolean namesIssuer) {

  /**
   * Reads the provider's configuration.
   *
   * @throws IllegalArgumentException when it names no address that may be used
   */
  static Endpoints of(Map<String, Object> document, boolean allowHttp) {
    Object end = document.get("end_session_endpoint");
    Object methods = document.get("token_endpoint_auth_methods_supported");
    return new Endpoints(
        address(document, "authorization_endpoint", allowHttp),
        address(document, "token_endpoint", allowHttp),
        end == null ? null : address(document, "end_session_endpoint", allowHttp),
        !(methods instanceof List<?> some)
            || some.contains("client_secret_basic")
            || !some.contains("client_secret_post"),
        Boolean.TRUE.equals(document.get("authorization_response_iss_parameter_supported")));
  }

  private static URI address(Map<String, Object> document, String name, boolean allowHttp) {
    return Jwks.uri(name, String.valueOf(document.get(name)), allowHttp);
  }
}
