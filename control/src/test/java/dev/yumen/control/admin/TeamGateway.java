package dev.yumen.control.admin;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A gateway of two teams, and one who is root. Each team has {@code a-} or {@code b-} names. */
final class TeamGateway implements AutoCloseable {
  static final String ROOT = "root-0123456789ab";
  static final String A = "a-admin-0123456789";
  static final String B = "b-admin-0123456789";

  /** Of team a too, and may only look. */
  static final String A_VIEWER = "a-viewer-0123456789";

  /** Who may come in; a test that is about workspaces writes its own behind it. */
  static final String TOKENS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      audit: {path: audit.jsonl, sync: 0s}
      recording: {requests: 500}
      runtime: {loops: 1}
      source: {store: {}}
      admin:
        address: "127.0.0.1:0"
        tokens:
          - {name: root, token: root-0123456789ab, role: admin}
          - {name: alex, token: a-admin-0123456789, role: admin, workspace: team-a}
          - {name: bo, token: b-admin-0123456789, role: admin, workspace: team-b}
          - {name: ann, token: a-viewer-0123456789, workspace: team-a}
      """;

  /** What it begins with; what a test adds stands behind. */
  static final String FILES =
      TOKENS
          + """
            workspaces:
              - {name: team-a, objects: "a-*", paths: /a/**, shared: shared}
              - {name: team-b, objects: "b-*", paths: /b/**}
          """;

  private final OperatedGateway gateway;

  private TeamGateway(OperatedGateway gateway) {
    this.gateway = gateway;
  }

  /** Starts one with a file in this folder. */
  static TeamGateway start(Path folder, String yaml) throws Exception {
    return start(folder, yaml, Map.of());
  }

  /** The same in a process with these variables. */
  static TeamGateway start(Path folder, String yaml, Map<String, String> variables)
      throws Exception {
    return new TeamGateway(new OperatedGateway(folder, variables).start(yaml));
  }

  @Override
  public void close() {
    gateway.close();
  }

  RawResponse get(String token, String path) {
    return as(token, "GET", path, "");
  }

  /** The answer to whoever has this token, in JSON unless a field says otherwise. */
  RawResponse as(String token, String method, String path, String body, String... fields) {
    List<String> all = new ArrayList<>(List.of(fields));
    all.add("Authorization: Bearer " + token);
    if (!String.join("", fields).contains("Content-Type")) {
      all.add(OperatedGateway.JSON);
    }
    return gateway.send(method, path, body, all.toArray(String[]::new));
  }

  RawClient admin() {
    return gateway.admin();
  }

  /** The stream of figures, of which nothing was read; whoever asks closes it. */
  RawClient stream(String token) {
    String head = "GET /api/v1/traffic/stream HTTP/1.1\r\nHost: localhost\r\n";
    return admin().send(head + "Authorization: Bearer " + token + "\r\n\r\n");
  }

  RawResponse traffic(String path, String... fields) {
    return gateway.traffic(path, fields);
  }

  String audit() {
    return gateway.audit();
  }

  /** Waits until this is in its audit log. */
  void awaitAudit(String text) {
    gateway.awaitAudit(text);
  }

  static JsonNode json(RawResponse answer) {
    return OperatedGateway.json(answer);
  }
}
