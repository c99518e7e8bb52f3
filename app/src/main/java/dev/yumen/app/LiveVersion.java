package dev.yumen.app;

import dev.yumen.app.Main.BadInput;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Which configuration one of several gateways has live.
 *
 * @param address of its admin API
 * @param number of the version, its own count
 * @param hash of the configuration, the same for the same texts
 * @param since when it is live
 * @param author who made it live
 * @param source where it is kept beside the files; {@code files} when nowhere
 * @param state {@code up} or {@code down} of that source, {@code last-good} or {@code history} when
 *     it is not what is configured that is live, and whether the newest one was refused
 * @param error why it can not be told; null when it is
 */
record LiveVersion(
    String address,
    long number,
    String hash,
    String since,
    String author,
    String source,
    String state,
    @Nullable String error) {

  /** Asks a gateway; what keeps it from answering is told, not thrown. */
  static LiveVersion of(String address, AdminClient client) {
    try {
      JsonNode config = client.having("/config", client.get("/status")).path("config");
      JsonNode live = config.path("live");
      long number = Told.number(live, "number");
      return new LiveVersion(
          address,
          number,
          Told.text(live, "hash"),
          Told.text(live, "since").replaceFirst("\\.\\d+", ""),
          author(client, number),
          Told.text(config.path("source"), "name", "files"),
          state(config),
          null);
    } catch (BadInput e) {
      return new LiveVersion(address, 0, "", "", "", "", "", String.valueOf(e.getMessage()));
    }
  }

  /** Empty where the history does not go so far back. */
  private static String author(AdminClient client, long number) {
    try {
      return Told.text(client.get("/versions/" + number), "author");
    } catch (BadInput _) {
      return "";
    }
  }

  private static String state(JsonNode config) {
    StringBuilder state = new StringBuilder();
    if (config.path("source").isObject()) {
      state.append(config.at("/source/up").asBoolean(false) ? "up" : "down");
    }
    String origin = Told.text(config.path("live"), "origin", "files");
    if (!origin.equals("files")) {
      state.append(state.isEmpty() ? "" : ", ").append(origin);
    }
    if (config.has("rejected")) {
      state.append(state.isEmpty() ? "" : ", ").append("newest refused");
    }
    if (config.has("pending")) {
      state.append(state.isEmpty() ? "" : ", ").append("on trial");
    }
    return state.toString();
  }
}
