package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.yumen.config.SourceFiles.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The schema and the reader are shown the same documents. */
class JsonSchemaTest {
  private static final Path NOWHERE = Path.of("src/test/resources/nowhere");
  private static final ConfigReader READER = ConfigFolder.reader();
  private static final String TEXT = new JsonSchema(TestFilters.CATALOGUE).render();
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(JsonMapper.builder().build().readTree(TEXT));

  private static boolean schemaTakes(String yaml) {
    return SCHEMA.validate(json(yaml)).isEmpty();
  }

  private static boolean readerTakes(String yaml) {
    return READER.readText("text", yaml, NOWHERE).config() != null;
  }

  private static JsonNode json(String yaml) {
    SourceText text = new SourceText(new Source(0, "text"), yaml);
    return JsonSchema.json(Objects.requireNonNull(NodeParser.parse(text, new Problems())));
  }

  @Test
  void aDocumentWithEverySettingIsTaken() throws IOException {
    String full = Files.readString(Path.of("src/test/resources/full.yaml"));
    assertEquals("[]", SCHEMA.validate(json(full)).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          good | {}
          good | log: {level: warn}
          good | log: {level: '${LEVEL:-warn}'}
          good | log: {level: }
          good | log:
          bad  | log: {level: loud}
          bad  | log: {levl: warn}
          bad  | log: warn
          bad  | lgo: {}
          bad  | []
          good | limits: {header-count: 50}
          good | limits: {header-count: '${UNSET:-50}', buffer: 8192, drain: 1KiB}
          bad  | limits: {header-count: '50'}
          bad  | limits: {header-count: 50.5}
          bad  | limits: {header-count: 99999999999}
          bad  | limits: {header-count: [50]}
          bad  | limits: {buffer: [8192]}
          good | shutdown: {drain: 1m30s}
          bad  | shutdown: {drain: 30}
          bad  | shutdown: {drain: '30'}
          bad  | shutdown: {drain: ''}
          good | metrics: {enabled: false}
          bad  | metrics: {enabled: 'false'}
          bad  | metrics: {enabled: yes}
          good | listeners: {a: {address: '127.0.0.1:0', built-in: []}}
          bad  | listeners: {a: {backlog: 5}}
          bad  | listeners: {a: }
          bad  | listeners: [{address: '127.0.0.1:0'}]
          bad  | listeners: {a: {address: '127.0.0.1:0', built-in: health}}
          good | routes: [{id: a, respond: {body: 42, headers: {a: true}}}]
          good | routes: [{id: 5, respond: {}}, {id: b, respond: {}}]
          bad  | routes: [{respond: {}}]
          bad  | routes: [{id: a, respond: {headers: {a: [b]}}}]
          bad  | routes: {id: a, respond: {}}
          bad  | routes: [{id: a, redirect: {status: 301}}]
          good | routes: [{id: a, match: {path: /a, methods: GET, host: [a.example.com]}, respond: {}}]
          good | routes: [{id: a, match: {path: {regex: /a}, headers: {b: c, d: {present: true}}}, respond: {}}]
          bad  | routes: [{id: a, match: {path: [/a]}, respond: {}}]
          bad  | routes: [{id: a, match: {path: {regexp: /a}}, respond: {}}]
          bad  | routes: [{id: a, match: {headers: {b: [c]}}, respond: {}}]
          good | routes: [{id: a, match: {percentage: 5.5}, respond: {}}]
          bad  | routes: [{id: a, match: {percentage: half}, respond: {}}]
          good | routes: [{id: a, match: {time: {after: 2026-11-01T00:00:00Z}}, respond: {}}]
          bad  | routes: [{id: a, match: {time: {after: tomorrow}}, respond: {}}]
          good | {upstreams: {u: {endpoints: 'a:1'}}, routes: [{id: a, to: u}]}
          good | {upstreams: {u: {endpoints: ['a:1', {address: 'a:2', weight: 5}]}}, routes: [{id: a, to: [{upstream: u}]}]}
          bad  | {upstreams: {u: {endpoints: [{weight: 5}]}}, routes: [{id: a, to: u}]}
          bad  | {upstreams: [u], routes: []}
          good | filters: [strip-prefix, strip-prefix: , strip-prefix: 2, strip-prefix: {segments: 2}]
          good | filters: [rate-limit: {rate: 5, key: 'header:A'}]
          bad  | filters: [rate-limit]
          bad  | filters: [rate-limit: {}]
          bad  | filters: [rate-limit: {rate: 5}, {}]
          bad  | filters: [{rate-limit: {rate: 5}, strip-prefix: 1}]
          bad  | filters: [strip-prefx]
          bad  | filters: [strip-prefx: 1]
          bad  | filters: strip-prefix
          good | consumers: [{name: a, credentials: [{basic: {username: u, password: p}}]}]
          bad  | consumers: [{name: a, credentials: [{basic: {password: p}}]}]
          bad  | consumers: [{}]
          bad  | include: {a: b}
          """)
  void schemaAndReaderAgree(String expected, String yaml) {
    boolean good = expected.equals("good");
    assertEquals(good, schemaTakes(yaml), () -> SCHEMA.validate(json(yaml)).toString());
    assertEquals(
        good, readerTakes(yaml), () -> READER.readText("t", yaml, NOWHERE).problems().toString());
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatTheReaderTakesTheSchemaTakes(@ForAll long seed) {
    String yaml = Garbage.document(new Random(seed));
    if (readerTakes(yaml)) {
      assertTrue(schemaTakes(yaml), () -> yaml + SCHEMA.validate(json(yaml)));
    }
  }

  @Test
  void settingsSayWhatTheyAreAndWhatTheyAreByDefault() {
    JsonNode schema = JsonMapper.builder().build().readTree(TEXT);
    JsonNode drain = schema.at("/$defs/shutdown/properties/drain");
    assertTrue(drain.get("description").asString().startsWith("Longest time"));
    assertEquals("30s", drain.get("default").asString());
    assertEquals(100, schema.at("/$defs/limits/properties/header-count/default").asInt());
    assertEquals(
        "[\"client\",\"header:X-Client-ID\",\"path:id\"]",
        schema.at("/$defs/attribute/examples").toString());
    assertEquals(
        true, schema.at("/$defs/test-filters-login/properties/password/writeOnly").asBoolean());
  }
}
