package dev.yumen.filters.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents and settings that a gateway does not start with, and what it says about them. */
class RefusedAtLoadTest {
  @TempDir private Path folder;

  private String problem(String document, String filter) throws IOException {
    Files.writeString(folder.resolve("bad.yaml"), document);
    return ValidatedRoute.problems(folder, filter);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          swagger: '2.0' | bad.yaml#/openapi
          {openapi: 3.0.0} | bad.yaml#/paths
          {openapi: 3.0.0, paths: {a: {}}} | bad.yaml#/paths/a
          {openapi: 3.0.0, paths: {/a: {get: {parameters: [{in: query}]}}}} | bad.yaml#/paths/~1a/get/parameters/0: no name
          {openapi: 3.0.0, paths: {/a: {get: {parameters: [{name: a, in: body}]}}}} | parameters/0/in
          {openapi: 3.0.0, paths: {/a: {get: {parameters: [{name: a, in: path, schema: {}}]}}}} | the path has no {a}
          {openapi: 3.0.0, paths: {/a: {get: {parameters: [{name: a, in: query, style: deepObject, schema: {}}]}}}} | expected: the style of an object
          {openapi: 3.0.0, paths: {/a: {get: {parameters: [{name: a, in: query, style: pipeDelimited, schema: {}}]}}}} | expected: form or deepObject here
          {openapi: 3.0.0, paths: {'/a/{a}': {get: {parameters: [{name: a, in: path, style: form, schema: {}}]}}}} | expected: simple or label or matrix here
          {openapi: 3.0.0, paths: {/a: {get: {parameters: [{name: a, in: query, schema: {type: strin}}]}}}} | bad.yaml#/paths/~1a/get/parameters/0/schema/type
          {openapi: 3.0.0, paths: {/a: {get: {parameters: [{name: a, in: query, schema: {pattern: '(?=a)'}}]}}}} | an RE2 expression
          {openapi: 3.1.0, paths: {}, components: {schemas: {A: {minLength: x}}}} | bad.yaml#/components/schemas/A/minLength
          {openapi: 3.0.0, paths: {/a: {$ref: '#/paths/~1b'}}} | expected: a place that there is
          {openapi: 3.0.0, paths: {/a: {$ref: 'other.yaml#/a'}}} | one that stands under files
          {openapi: 3.0.0, paths: {/a: {$ref: 'http://example.com/a.yaml'}}} | one that stands under files
          {openapi: 3.0.0, paths: {/a: {$ref: '#/paths/~1a'}}} | in a circle
          {openapi: 3.0.0, paths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref: 'http://example.com/s.json'}}}}}}}} | one that stands under files
          {openapi: 3.0.0, paths: {/a: {post: {requestBody: {content: {application/json: {schema: {properties: {a: {$ref: 'http://example.com/s.json'}}}}}}}}}} | bad.yaml#/paths
          {openapi: 3.0.0, servers: [{url: '/{a}'}], paths: {}} | expected: the setting base
          a: [ | bad.yaml:1:
          """)
  void whatIsWrongInADocumentIsNamedByItsPlace(String document, String expected)
      throws IOException {
    String problem = problem(document, "openapi: bad.yaml");
    assertTrue(problem.contains(expected), problem);
    assertTrue(problem.contains("test.yaml:6:"), problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"type":"strin"} | bad.yaml#/type
          {"$schema":"http://json-schema.org/draft-04/schema#"} | draft-04
          {"pattern":"(a)\\\\1"} | an RE2 expression
          {"patternProperties":{"(?!a)":{}}} | an RE2 expression
          {"properties":{"a":{"$ref":"#/b"}}} | /b
          {"properties":{"a":{"$ref":"file:///etc/passwd"}}} | bad.yaml#
          """)
  void whatIsNoSchemaIsNamedByItsPlace(String document, String expected) throws IOException {
    String problem = problem(document, "json-schema: bad.yaml");
    assertTrue(problem.contains(expected), problem);
  }

  @Test
  void aFileIsReadByItsName() throws IOException {
    Files.writeString(folder.resolve("bad.json"), "{\"type\":\"string\",}");
    assertTrue(problem("", "json-schema: bad.json").contains("bad.json:1:18: "));
    assertEquals("", problem("{type: string}", "json-schema: bad.yaml"));
  }

  @Test
  void settingsAreChecked() throws IOException {
    String openapi = "{openapi: 3.0.0, paths: {}}";
    assertTrue(problem(openapi, "max-errors: 1").contains("no document"));
    assertTrue(
        problem(openapi, "openapi: bad.yaml, json-schema: bad.yaml").contains("two documents"));
    assertTrue(problem(openapi, "openapi: bad.yaml, max-errors: 0").contains("1 to 100"));
    assertTrue(problem(openapi, "openapi: bad.yaml, max-body: 1GiB").contains("1B to 16MiB"));
    assertTrue(problem(openapi, "openapi: bad.yaml, base: v1").contains("begins with /"));
    assertTrue(
        problem("{}", "json-schema: bad.yaml, responses: report").contains("an OpenAPI document"));
    assertTrue(problem(openapi, "openapi: none.yaml").contains("none.yaml"));
  }
}
