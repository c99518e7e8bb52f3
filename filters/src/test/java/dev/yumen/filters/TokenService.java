package dev.yumen.filters;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Incoming;
import java.io.IOException;
import java.util.Map;

/**
 * The authorization server of the pages: says of the token of RFC 6750 that it counts, of every
 * other that it does not, and gives a token to whoever asks for one.
 */
final class TokenService {
  static final String ADDRESS = "127.0.0.1:9002";

  private TokenService() {}

  static void serve(Incoming request) throws IOException, InterruptedException {
    answer(request.readBody().text()).serve(request);
  }

  private static Behaviour answer(String form) {
    if (form.contains("grant_type=client_credentials")) {
      return json(
          "{\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
    }
    return form.contains("token=mF_9.B5f-4.1JqM")
        ? json("{\"active\":true,\"sub\":\"ann\",\"scope\":\"read\",\"groups\":[\"vip\"]}")
        : json("{\"active\":false}");
  }

  private static Behaviour json(String text) {
    return Behaviours.respond(200, Map.of("Content-Type", "application/json"), text);
  }
}
