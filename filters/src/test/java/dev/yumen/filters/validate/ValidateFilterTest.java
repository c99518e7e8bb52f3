package dev.yumen.filters.validate;

import static dev.yumen.filters.validate.ValidatedRoute.assertFlaw;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidateFilterTest {
  @TempDir private static Path folder;

  private static final String SHOP =
      """
      openapi: %s
      info: {title: Shop, version: '1'}
      servers: [{url: 'https://shop.example/{stage}', variables: {stage: {default: v1}}}]
      paths:
        /orders:
          parameters: [{$ref: '#/components/parameters/Tenant'}]
          get:
            parameters:
              - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}
              - {name: state, in: query, schema: {type: array, items: {enum: [open, paid]}}}
              - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}
              - {name: page, in: query, schema: {type: object, properties: {from: {type: integer}, to: {type: integer}}}}
              - {name: box, in: query, explode: false, schema: {type: object, properties: {w: {type: number}}}}
              - {name: flag, in: query, allowEmptyValue: true, schema: {type: boolean}}
              - {name: where, in: query, content: {application/json: {schema: {type: object, required: [a]}}}}
              - {name: code, in: query, schema: {anyOf: [{type: integer}, {type: string, pattern: '^[a-z]{3}$'}]}}
              - {name: session, in: cookie, schema: {type: string, minLength: 3}}
              - {name: X-Ids, in: header, schema: {type: array, items: {type: integer}, maxItems: 3}}
              - {name: Accept, in: header, schema: {type: integer}}
            responses:
              '200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: 'models.yaml#/Order'}}}}}
              4XX: {description: no}
          post:
            requestBody:
              required: true
              content:
                application/json: {schema: {$ref: 'models.yaml#/Order'}}
                text/*: {}
            responses: {default: {description: ok}}
        /orders/{id}:
          get:
            parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
            responses: {default: {description: ok}}
          put:
            parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
            requestBody: {content: {application/json: {schema: {type: object}}}}
            responses: {default: {description: ok}}
        /orders/mine: {get: {responses: {default: {description: ok}}}}
        /files/{name}.{kind}:
          get:
            parameters:
              - {name: name, in: path, required: true, schema: {type: string, pattern: '^[a-z]+$'}}
              - {name: kind, in: path, required: true, schema: {enum: [pdf, png]}}
            responses: {default: {description: ok}}
      components:
        parameters:
          Tenant: {name: X-Tenant, in: header, required: true, schema: {type: string, maxLength: 4}}
        securitySchemes: {key: {type: apiKey, in: query, name: api_key}}
      """;

  private static final String MODELS =
      """
      Order:
        type: object
        required: [id, sku]
        additionalProperties: false
        properties:
          id: {type: integer, readOnly: true}
          sku: {type: string, pattern: '^[A-Z]{2}-[0-9]+$'}
          count: {type: integer, format: int32, minimum: 1}
          note: {type: string, maxLength: 20000}
          lines: {type: array, items: {type: object, required: [price], properties: {price: {type: number}}}}
          part: {$ref: '#/Order'}
      """;

  private static FilterHarness shop;

  private static FilterHarness gateway(String filter) {
    return ValidatedRoute.gateway(folder, filter);
  }

  @BeforeAll
  static void write() throws IOException {
    Files.writeString(folder.resolve("shop.yaml"), SHOP.formatted("3.0.3"));
    Files.writeString(folder.resolve("shop31.yaml"), SHOP.formatted("3.1.0"));
    Files.writeString(folder.resolve("models.yaml"), MODELS);
    assertEquals("", ValidatedRoute.problems(folder, "openapi: shop.yaml, files: [models.yaml]"));
    shop = gateway("openapi: shop.yaml, files: [models.yaml], unknown-query: refuse");
  }

  @AfterAll
  static void close() {
    shop.close();
  }

  private static RawResponse send(FilterHarness gateway, String head, String body) {
    int length = body.getBytes(UTF_8).length;
    try (RawClient client = gateway.connect()) {
      client.send(head + "\r\nHost: h\r\nX-Tenant: a\r\nContent-Length: " + length + "\r\n\r\n");
      return client.send(body).readResponse(head.substring(0, head.indexOf(' ')));
    }
  }

  private static RawResponse post(FilterHarness gateway, String body) {
    return send(gateway, "POST /v1/orders HTTP/1.1\r\nContent-Type: application/json", body);
  }

  // ---- parameters ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/orders | X-Tenant: a
          /v1/orders?limit=50&api_key=secret | X-Tenant: a
          /v1/orders?limit=%31%30 | X-Tenant: a
          /v1/orders?state=open&state=paid | X-Tenant: a
          /v1/orders?ids=1,2,3 | X-Tenant: a
          /v1/orders?from=1&to=2 | X-Tenant: a
          /v1/orders?box=w,1.5 | X-Tenant: a
          /v1/orders?flag=true | X-Tenant: a
          /v1/orders?flag= | X-Tenant: a
          /v1/orders?where=%7B%22a%22:1%7D | X-Tenant: a
          /v1/orders?code=12 | X-Tenant: a
          /v1/orders?code=abc | X-Tenant: a
          /v1/orders | X-Tenant: ${TAB}abcd
          /v1/orders/mine | X-Tenant: a
          /v1/orders/123e4567-e89b-12d3-a456-426614174000 | X-Tenant: a
          /v1/files/plan.pdf | X-Tenant: a
          """)
  void requestsAsDescribedPass(String target, String header) {
    for (String method : new String[] {"GET", "HEAD"}) {
      String line = header.replace("${TAB}", "\t");
      assertEquals(200, shop.send(method, target, line, "Accept: x").status());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/orders | X-Other: a | header /x-tenant required
          /v1/orders | X-Tenant: abcde | header /x-tenant maxLength
          /v1/orders?limit=0 | X-Tenant: a | query /limit minimum
          /v1/orders?limit=ten | X-Tenant: a | query /limit type
          /v1/orders?limit=1.5 | X-Tenant: a | query /limit type
          /v1/orders?limit= | X-Tenant: a | query /limit type
          /v1/orders?limit=1&limit=2 | X-Tenant: a | query /limit repeated
          /v1/orders?l%69mit=99 | X-Tenant: a | query /limit maximum
          /v1/orders?state=open&state=lost | X-Tenant: a | query /state/1 enum
          /v1/orders?ids=1,x | X-Tenant: a | query /ids/1 type
          /v1/orders?from=a | X-Tenant: a | query /page/from type
          /v1/orders?box=w,a | X-Tenant: a | query /box/w type
          /v1/orders?box=w | X-Tenant: a | query /box encoding
          /v1/orders?flag=maybe | X-Tenant: a | query /flag type
          /v1/orders?where=%7B%7D | X-Tenant: a | query /where/a required
          /v1/orders?where=%7B | X-Tenant: a | query /where json
          /v1/orders?code=ABC | X-Tenant: a | query /code pattern
          /v1/orders?other=1 | X-Tenant: a | query /other unknown
          /v1/orders/7 | X-Tenant: a | path /id format
          /v1/files/PLAN.pdf | X-Tenant: a | path /name pattern
          /v1/files/plan.exe | X-Tenant: a | path /kind enum
          """)
  void otherParametersAreRefused(String target, String header, String flaw) {
    int before = shop.forwarded();
    assertFlaw(flaw, shop.get(target, header));
    assertEquals(before, shop.forwarded());
  }

  @Test
  void headersAndCookiesAreParameters() {
    assertEquals(200, shop.get("/v1/orders", "X-Tenant: a", "X-Ids: 1, 2", "X-Ids: 3").status());
    assertFlaw("header /x-ids/1 type", shop.get("/v1/orders", "X-Tenant: a", "X-Ids: 1, b"));
    assertFlaw("header /x-ids maxItems", shop.get("/v1/orders", "X-Tenant: a", "X-Ids: 1,2,3,4"));
    assertFlaw("header /x-tenant repeated", shop.get("/v1/orders", "X-Tenant: a", "X-Tenant: b"));
    assertFlaw(
        "cookie /session minLength", shop.get("/v1/orders", "X-Tenant: a", "Cookie: session=ab"));
    assertEquals(200, shop.get("/v1/orders", "X-Tenant: a", "Cookie: x=1; session=abc").status());
  }

  @Test
  void valuesAreNotRepeatedInTheAnswer() {
    String answer = shop.get("/v1/orders?limit=s3cret", "X-Tenant: topsecret").text();
    assertFalse(answer.contains("cret"), answer);
  }

  // ---- operations ----

  @Test
  void whatIsNotDescribedIsNotFoundOrNotAllowed() {
    assertEquals(404, shop.get("/v1/nothing").status());
    assertEquals(404, shop.get("/orders").status());
    assertEquals(404, shop.get("/v1orders").status());
    assertEquals(404, shop.get("/v1/orders/").status());
    RawResponse answer = shop.send("DELETE", "/v1/orders", "X-Tenant: a");
    assertEquals(405, answer.status());
    assertEquals("GET, POST", answer.header("Allow"));
  }

  @Test
  void whatIsNotDescribedCanPass() {
    try (FilterHarness gateway =
        gateway("openapi: shop.yaml, files: [models.yaml], unknown: pass, base: /")) {
      assertEquals(200, gateway.get("/v1/nothing").status());
      assertEquals(200, gateway.send("DELETE", "/orders").status());
      assertFlaw("header /x-tenant required", gateway.get("/orders"));
      assertEquals(200, gateway.get("/orders?more=1", "X-Tenant: a").status());
    }
  }

  // ---- bodies ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"sku":"AB-1"}
          {"id":7,"sku":"AB-1","count":1}
          {"sku":"AB-1","lines":[{"price":1.5},{"price":2}]}
          {"sku":"AB-1","part":{"sku":"CD-2"}}
          """)
  void bodiesAsDescribedPass(String body) {
    assertEquals(200, post(shop, body).status());
    assertEquals(body, shop.seen().text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | body /sku required
          [] | body  type
          {"sku":"ab"} | body /sku pattern
          {"sku":"AB-1","count":0} | body /count minimum
          {"sku":"AB-1","count":4294967296} | body /count format
          {"sku":"AB-1","lines":[{"price":1},{}]} | body /lines/1/price required
          {"sku":"AB-1","part":{"part":{}}} | body /part/part/sku required
          {"sku":"AB-1","a/b~c":1} | body /a~1b~0c additionalProperties
          {"sku":"ab","sku":"AB-1"} | body  json
          {"sku":"AB-1",} | body  json
          """)
  void otherBodiesAreRefused(String body, String flaw) {
    int before = shop.forwarded();
    assertFlaw(flaw, post(shop, body));
    assertEquals(before, shop.forwarded());
  }

  @Test
  void aLongBodyIsCheckedTooAndWaitedFor() {
    String note = "n".repeat(15_000);
    int before = shop.forwarded();
    assertEquals(200, post(shop, "{\"sku\":\"AB-1\",\"note\":\"" + note + "\"}").status());
    assertFlaw("body /sku pattern", post(shop, "{\"sku\":\"x\",\"note\":\"" + note + "\"}"));
    assertEquals(before + 1, shop.forwarded());
  }

  @Test
  void contentTypesCount() {
    String line = "POST /v1/orders HTTP/1.1";
    assertEquals(200, send(shop, line + "\r\nContent-Type: Text/Plain; a=b", "hello").status());
    assertFlaw("header /content-type content", send(shop, line + "\r\nContent-Type: a/b", "x"));
    assertFlaw("header /content-type required", send(shop, line, "x"));
    String twice = line + "\r\nContent-Type: text/plain\r\nContent-Type: application/json";
    assertFlaw("header /content-type repeated", send(shop, twice, "x"));
    String packed = line + "\r\nContent-Type: application/json\r\nContent-Encoding: gzip";
    assertFlaw("header /content-encoding encoding", send(shop, packed, "x"));
    for (String charset : List.of("utf-7", "UTF-16", "\"gbk\"", "")) {
      String other = line + "\r\nContent-Type: application/json; charset=" + charset;
      assertFlaw("header /content-type charset", send(shop, other, "x"));
    }
    assertFlaw("body  required", send(shop, line + "\r\nContent-Type: application/json", ""));
    assertFlaw("body  required", send(shop, line + "\r\nContent-Type: text/plain", ""));
  }

  @Test
  void aBodyOfUnknownLengthIsCheckedToo() {
    String head =
        "POST /v1/orders HTTP/1.1\r\nHost: h\r\nX-Tenant: a\r\nTransfer-Encoding: chunked\r\n";
    try (RawClient client = shop.connect()) {
      client.send(head + "Content-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
      assertFlaw("body /sku required", client.readResponse());
      client.send(head + "Content-Type: application/json\r\n\r\n0\r\n\r\n");
      assertFlaw("body  required", client.readResponse());
      client.send(head + "\r\n1\r\nx\r\n0\r\n\r\n");
      assertFlaw("header /content-type required", client.readResponse());
    }
  }

  /** The head comes alone, and what is wrong with its body after it. */
  @Test
  void nothingOfARequestGoesOnBeforeItsBodyHasBegun() {
    String head =
        "POST /v1/orders HTTP/1.1\r\nHost: h\r\nX-Tenant: a\r\nTransfer-Encoding: chunked\r\n";
    int before = shop.forwarded();
    for (int i = 0; i < 20; i++) {
      try (RawClient client = shop.connect()) {
        client.send(head + "\r\n");
        client.send("1\r\nx\r\n0\r\n\r\n");
        assertFlaw("header /content-type required", client.readResponse());
      }
      try (RawClient client = shop.connect()) {
        client.send(head + "Content-Type: text/plain\r\n\r\n");
        client.send("0\r\n\r\n");
        assertFlaw("body  required", client.readResponse());
      }
    }
    try (RawClient client = shop.connect()) {
      client.send(head + "Content-Type: text/plain\r\n\r\n");
      client.send("1\r\nx\r\n");
      client.send("2\r\nyz\r\n0\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("xyz", shop.seen().text());
    }
    assertEquals(before + 1, shop.forwarded());
  }

  @Test
  void aBodyThatMayBeLeftOutMayBe() {
    assertEquals(200, send(shop, "PUT /v1/orders/7 HTTP/1.1", "").status());
    assertFlaw(
        "body  type",
        send(shop, "PUT /v1/orders/7 HTTP/1.1\r\nContent-Type: application/json", "1"));
  }

  @Test
  void boundsHold() {
    try (FilterHarness gateway =
        gateway(
            "openapi: shop.yaml, files: [models.yaml], max-body: 30B, json: {depth: 2}, max-errors: 1")) {
      assertEquals(413, post(gateway, "{\"sku\":\"AB-1\",\"note\":\"123456789\"}").status());
      assertEquals(200, post(gateway, "{\"sku\":\"AB-1\",\"note\":\"12345\"}").status());
      assertFlaw("body  json", post(gateway, "{\"lines\":[{}]}"));
      String text = post(gateway, "{\"a\":1,\"b\":1}").text();
      assertEquals(2, text.split("\"rule\"", -1).length, text);
    }
  }

  @Test
  void aSchemaThatCostsMuchOnALittleBodyIsCutOff() throws IOException {
    Files.writeString(
        folder.resolve("tree.json"),
        "{\"oneOf\":[{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"b\"]},"
            + "{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"c\"]}]}");
    try (FilterHarness gateway = gateway("json-schema: tree.json")) {
      assertFlaw("body  limit", post(gateway, "{\"a\":".repeat(30) + "1" + "}".repeat(30)));
    }
  }

  @Test
  void version31IsReadAsJsonSchema() {
    try (FilterHarness gateway = gateway("openapi: shop31.yaml, files: [models.yaml]")) {
      assertEquals(200, post(gateway, "{\"sku\":\"AB-1\"}").status());
      assertFlaw("body /sku pattern", post(gateway, "{\"sku\":\"ab\"}"));
      assertFlaw("query /limit type", gateway.get("/v1/orders?limit=x", "X-Tenant: a"));
    }
  }

  // ---- JSON Schema ----

  @Test
  void aSchemaAloneIsForEveryBody() throws IOException {
    Files.writeString(
        folder.resolve("user.json"),
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"definitions\":{\"n\":"
            + "{\"type\":\"string\",\"format\":\"email\"}},\"properties\":{\"mail\":{\"$ref\":\"#/definitions/n\"}},"
            + "\"required\":[\"mail\"]}");
    try (FilterHarness gateway = gateway("json-schema: user.json")) {
      assertEquals(200, post(gateway, "{\"mail\":\"a@example.com\"}").status());
      assertFlaw("body /mail format", post(gateway, "{\"mail\":\"a\"}"));
      assertFlaw("body /mail required", post(gateway, "{}"));
      assertFlaw("body  required", post(gateway, ""));
      assertFlaw(
          "header /content-type content",
          send(gateway, "POST / HTTP/1.1\r\nContent-Type: text/plain", "x"));
      assertEquals(200, gateway.get("/").status());
    }
  }

  // ---- answers ----

  @Test
  void answersAreReportedAndNotChanged() {
    try (FilterHarness gateway =
        gateway("openapi: shop.yaml, files: [models.yaml], responses: report, max-body: 100B")) {
      Map<String, String> json = Map.of("Content-Type", "application/json");
      for (String body :
          new String[] {
            "[{\"id\":1,\"sku\":\"AB-1\"}]", "[{\"sku\":1}]", "[" + "1,".repeat(60) + "1]"
          }) {
        gateway.upstreamNext(Behaviours.respond(200, json, body));
        assertEquals(body, gateway.get("/v1/orders", "X-Tenant: a").text());
      }
      gateway.upstreamNext(Behaviours.respond(500, json, "{}"));
      assertEquals(500, gateway.get("/v1/orders", "X-Tenant: a").status());
      counted(gateway, "gateway_validated_responses_total{result=\"valid\",route=\"shop\"} 1");
      counted(gateway, "gateway_validated_responses_total{result=\"invalid\",route=\"shop\"} 2");
      counted(gateway, "gateway_validated_responses_total{result=\"unread\",route=\"shop\"} 1");
      counted(gateway, "gateway_validated_requests_total{result=\"valid\",route=\"shop\"} 4");
    }
  }

  private static void counted(FilterHarness gateway, String line) {
    Eventually.within(Duration.ofSeconds(5), () -> metrics(gateway).contains(line));
  }

  private static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }
}
