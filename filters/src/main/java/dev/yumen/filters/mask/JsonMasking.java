package dev.yumen.filters.mask;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/** Copies JSON token by token and hides values on the way: names that stand twice stay so. */
final class JsonMasking {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final List<Place> places = new ArrayList<>();
  private final long all;
  private final Masking masking;

  /** A rule with the tokens of its pointer. */
  private record Place(String[] tokens, MaskRule rule) {}

  /** An object or array that is open. */
  private static final class Level {
    final boolean array;

    /** Which places lead to here or further, a bit each. */
    final long open;

    /** The rule by which everything inside is hidden. */
    final @Nullable MaskRule rule;

    int index;
    String name = "";

    Level(boolean array, long open, @Nullable MaskRule rule) {
      this.array = array;
      this.open = open;
      this.rule = rule;
    }
  }

  JsonMasking(List<MaskRule> rules, Masking masking) {
    for (MaskRule rule : rules) {
      String pointer = String.valueOf(rule.pointer());
      String[] tokens = pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1);
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = tokens[i].replace("~1", "/").replace("~0", "~");
      }
      places.add(new Place(tokens, rule));
    }
    this.all = places.size() == Long.SIZE ? -1L : (1L << places.size()) - 1;
    this.masking = masking;
  }

  byte @Nullable [] apply(byte[] text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + 16);
    try (JsonParser in = JSON.createParser(text);
        JsonGenerator to = JSON.createGenerator(out)) {
      Copy copy = new Copy(in, to);
      copy.run();
      if (copy.values > 1) {
        return null;
      }
    } catch (JacksonException _) {
      return null;
    }
    return out.toByteArray();
  }

  private final class Copy {
    private final JsonParser in;
    private final JsonGenerator out;
    private final Deque<Level> levels = new ArrayDeque<>();

    /** How many stand one after the other: JSON is one. */
    private int values;

    Copy(JsonParser in, JsonGenerator out) {
      this.in = in;
      this.out = out;
    }

    void run() {
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        switch (token) {
          case END_OBJECT, END_ARRAY -> {
            levels.pop();
            out.copyCurrentEvent(in);
          }
          case PROPERTY_NAME -> {
            levels.element().name = in.currentName();
            out.writeName(masking.text(in.currentName()));
          }
          default -> value(token);
        }
      }
    }

    private void value(JsonToken token) {
      Level parent = levels.peek();
      values += parent == null ? 1 : 0;
      long open = parent == null ? all : open(parent);
      MaskRule rule = parent == null ? null : parent.rule;
      rule = rule == null ? rule(open) : rule;
      if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
        levels.push(new Level(token == JsonToken.START_ARRAY, open, rule));
        out.copyCurrentEvent(in);
      } else if (token == JsonToken.VALUE_NULL) {
        out.writeNull();
      } else {
        scalar(token, rule);
      }
    }

    /** The places that lead on to the value that comes now. */
    private long open(Level parent) {
      int depth = levels.size() - 1;
      String token = "";
      if (parent.array) {
        token = parent.open == 0 ? "" : Integer.toString(parent.index);
        parent.index++;
      } else {
        token = parent.name;
      }
      long open = 0;
      for (long left = parent.open; left != 0; left &= left - 1) {
        int number = Long.numberOfTrailingZeros(left);
        String[] tokens = places.get(number).tokens;
        if (depth < tokens.length && (tokens[depth].equals("*") || tokens[depth].equals(token))) {
          open |= 1L << number;
        }
      }
      return open;
    }

    /** The first place that ends at the value that comes now. */
    private @Nullable MaskRule rule(long open) {
      for (long left = open; left != 0; left &= left - 1) {
        Place place = places.get(Long.numberOfTrailingZeros(left));
        if (place.tokens.length == levels.size()) {
          return place.rule;
        }
      }
      return null;
    }

    private void scalar(JsonToken token, @Nullable MaskRule rule) {
      String text = in.getString();
      String shown = rule == null ? masking.text(text) : masking.value(text, rule);
      if (token == JsonToken.VALUE_STRING || !shown.equals(text)) {
        out.writeString(shown);
      } else if (token.isNumeric()) {
        out.writeNumber(text); // as it is written, whatever its size
      } else {
        out.copyCurrentEvent(in);
      }
    }
  }
}
