package dev.yumen.control.admin;

import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/** A gateway whose routes are in a file, and in a store that operators write to. */
final class StoreGateway {
  /** What is in the file, which may be all there is. */
  static final String FILES =
      OperatedGateway.OPEN
          + """
          audit: {path: audit.jsonl, sync: 0s}
          upstreams: {users: {endpoints: ["127.0.0.1:1"]}}
          routes:
            - {id: file, match: {path: /file}, respond: {body: file}}
            - {id: users, match: {path: "/users/**"}, to: users}
          """;

  private StoreGateway() {}

  /** One that is not started yet. */
  static OperatedGateway in(Path folder) throws IOException {
    OperatedGateway gateway = new OperatedGateway(folder);
    gateway.write(FILES + "source: {store: {}}\n");
    return gateway;
  }

  /** A document with one route at {@code /held}. */
  static String held(String body) {
    return "routes: [{id: held, match: {path: /held}, respond: {body: " + body + "}}]\n";
  }

  /** The field that asks that nothing changed since this answer. */
  static String ifMatch(RawResponse answer) {
    return "If-Match: " + answer.header("etag");
  }

  /** What the first of the changes in an answer is about. */
  static String changed(RawResponse answer) {
    JsonNode change = OperatedGateway.json(answer).at("/changes/0");
    return change.get("section").asString() + " " + change.get("name").asString();
  }
}
