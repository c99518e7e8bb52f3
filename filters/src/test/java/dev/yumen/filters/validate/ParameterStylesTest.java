package dev.yumen.filters.validate;

import static dev.yumen.filters.validate.ValidatedRoute.assertFlaw;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ways in which a document lets the values of parameters be written. */
class ParameterStylesTest {
  private static final String PAINT =
      """
      openapi: 3.1.0
      info: {title: Paint, version: '1'}
      paths:
        /matrix/{c}: {get: {parameters: [{name: c, in: path, style: matrix, schema: {type: integer}}]}}
        /matrix-list/{c}: {get: {parameters: [{name: c, in: path, style: matrix, schema: {type: array, items: {type: integer}}}]}}
        /matrix-lists/{c}: {get: {parameters: [{name: c, in: path, style: matrix, explode: true, schema: {type: array, items: {type: integer}}}]}}
        /matrix-object/{c}: {get: {parameters: [{name: c, in: path, style: matrix, schema: {type: object, properties: {R: {type: integer}}, additionalProperties: false}}]}}
        /matrix-objects/{c}: {get: {parameters: [{name: c, in: path, style: matrix, explode: true, schema: {type: object, properties: {R: {type: integer}}, additionalProperties: false}}]}}
        /label/{c}: {get: {parameters: [{name: c, in: path, style: label, schema: {type: number}}]}}
        /label-list/{c}: {get: {parameters: [{name: c, in: path, style: label, schema: {type: array, items: {type: integer}}}]}}
        /label-lists/{c}: {get: {parameters: [{name: c, in: path, style: label, explode: true, schema: {type: array, items: {type: integer}}}]}}
        /label-object/{c}: {get: {parameters: [{name: c, in: path, style: label, schema: {type: object, properties: {R: {type: integer}}, additionalProperties: false}}]}}
        /label-objects/{c}: {get: {parameters: [{name: c, in: path, style: label, explode: true, schema: {type: object, properties: {R: {type: integer}}, additionalProperties: false}}]}}
        /deep:
          get:
            parameters:
              - name: c
                in: query
                style: deepObject
                schema: {type: object, required: [R], properties: {R: {type: integer}, on: {type: boolean}, tags: {type: array, items: {type: integer}}}, additionalProperties: false}
      """;

  private static FilterHarness paint;

  @BeforeAll
  static void open(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("paint.yaml"), PAINT);
    paint = ValidatedRoute.gateway(folder, "openapi: paint.yaml, unknown-query: refuse");
  }

  @AfterAll
  static void close() {
    paint.close();
  }

  @Test
  void parametersInEveryStylePass() {
    for (String target :
        List.of(
            "/matrix/;c=7",
            "/matrix-list/;c=7,8",
            "/matrix-list/;c",
            "/matrix-lists/;c=7;c=8",
            "/matrix-object/;c=R,100",
            "/matrix-objects/;R=100",
            "/label/.7",
            "/label/.7.5",
            "/label-list/.7,8",
            "/label-lists/.7.8",
            "/label-object/.R,100",
            "/label-objects/.R=100",
            "/deep",
            "/deep?c[R]=1",
            "/deep?c%5BR%5D=1&c[on]=true",
            "/deep?c[R]=1&c[tags]=1&c[tags]=2")) {
      RawResponse answer = paint.get(target);
      assertEquals(200, answer.status(), () -> target + ": " + answer.text());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /matrix/;c=a | path /c type
          /matrix/7 | path /c encoding
          /matrix/;d=7 | path /c encoding
          /matrix/;c=7;c=8 | path /c type
          /matrix-list/;c=7,a | path /c/1 type
          /matrix-lists/;c=7;c=a | path /c/1 type
          /matrix-lists/;c=7;d=8 | path /c encoding
          /matrix-object/;c=R,a | path /c/R type
          /matrix-object/;c=R | path /c encoding
          /matrix-objects/;R=a | path /c/R type
          /matrix-objects/;R=1;G=2 | path /c/G additionalProperties
          /label/.a | path /c type
          /label/7 | path /c encoding
          /label-list/.7,a | path /c/1 type
          /label-lists/.7.a | path /c/1 type
          /label-object/.R,a | path /c/R type
          /label-objects/.R=a | path /c/R type
          /deep?c[R]=a | query /c/R type
          /deep?c[on]=true | query /c/R required
          /deep?c[R]=1&c[G]=2 | query /c/G additionalProperties
          /deep?c[R]=1&c[R]=2 | query /c/R repeated
          /deep?c[R]=1&c[tags]=a | query /c/tags/0 type
          /deep?c[R]=%ff%zz | query /c encoding
          /deep?c[R][a]=1 | query /c encoding
          /deep?c=1 | query /c encoding
          /deep?c[]=1 | query /c encoding
          /deep?d[R]=1 | query /d[R] unknown
          """)
  void otherValuesInTheseStylesAreRefused(String target, String flaw) {
    assertFlaw(flaw, paint.get(target));
  }
}
