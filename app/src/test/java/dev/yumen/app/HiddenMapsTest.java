package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.EditableDocument;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.HiddenSecrets;
import dev.yumen.config.SettingName;
import dev.yumen.filters.BuiltInFilters;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Writes a credential into every mapping with free keys that there is in the configuration. */
class HiddenMapsTest {
  private static final String MARKER = "credential-of-ours";
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<Object> SPELLINGS =
      List.of(
          MARKER,
          List.of(MARKER, MARKER),
          Map.of("exact", MARKER),
          Map.of("regex", MARKER),
          Map.of("not", List.of(MARKER)),
          Map.of("in", List.of(Map.of("value", MARKER))));

  private final HiddenSecrets hidden = Wiring.reader(Map.of()).hiddenSecrets();
  private final List<String> tried = new ArrayList<>();

  @Test
  void whatAKeyNamesACredentialIsHiddenInEveryMapping() throws EditableDocument.Unreadable {
    for (RecordComponent component : GatewayConfig.class.getRecordComponents()) {
      String key = SettingName.of(component);
      Type type = component.getGenericType();
      if (isMap(type)) { // names of objects, which are no secrets
        look(argument(type), value -> Map.of(key, Map.of("token", value)), key, Set.of());
      } else {
        look(type, value -> Map.of(key, value), key, Set.of());
      }
    }
    assertTrue(tried.size() > 25, tried.toString());
    assertTrue(tried.contains("routes.match.headers"), tried.toString());
    assertTrue(tried.contains("routes.filters.request-headers.set"), tried.toString());
  }

  /** Whatever may stand at a place of this type. */
  private void look(Type type, UnaryOperator<Object> around, String path, Set<Type> inside)
      throws EditableDocument.Unreadable {
    if (isMap(type)) {
      tried.add(path);
      for (Object spelling : SPELLINGS) {
        check(around.apply(Map.of("x-api-key", spelling)), path);
        check(around.apply(Map.of("Authorization", spelling)), path);
      }
      look(argument(type), value -> around.apply(Map.of("a", value)), path, inside);
    } else if (type instanceof ParameterizedType list) {
      look(list.getActualTypeArguments()[0], value -> around.apply(List.of(value)), path, inside);
    } else if (type.equals(FilterConfig.class)) {
      for (var filter : BuiltInFilters.byName().entrySet()) {
        String name = filter.getKey();
        look(
            filter.getValue().config(),
            value -> around.apply(Map.of(name, value)),
            path + "." + name,
            inside);
      }
    } else if (type instanceof Class<?> section && section.isRecord() && !inside.contains(type)) {
      List<Type> further = new ArrayList<>(inside);
      further.add(type);
      for (RecordComponent component : section.getRecordComponents()) {
        String key = SettingName.of(component);
        look(
            component.getGenericType(),
            value -> around.apply(Map.of(key, value)),
            path + "." + key,
            Set.copyOf(further));
      }
    }
  }

  private void check(Object document, String path) throws EditableDocument.Unreadable {
    String text = JSON.writeValueAsString(document);
    assertTrue(text.contains(MARKER), text);
    assertEquals(-1, hidden.hide(text).indexOf(MARKER), () -> path + " in " + text);
    String shown = hidden.hide(EditableDocument.of("text", text)).data().toString();
    assertEquals(-1, shown.indexOf(MARKER), () -> path + " in " + shown);
  }

  private static boolean isMap(Type type) {
    return type instanceof ParameterizedType generic && generic.getRawType() == Map.class;
  }

  private static Type argument(Type map) {
    return ((ParameterizedType) map).getActualTypeArguments()[1];
  }
}
