package dev.yumen.config;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes documents of keys that exist somewhere and values that fit somewhere. */
final class Garbage {
  private static final Shapes SHAPES = new Shapes(TestFilters.CATALOGUE);
  private static final List<String> TOP_KEYS = SHAPES.top().keys();
  private static final List<String> KEYS =
      Stream.concat(
              SHAPES.filters().keySet().stream(),
              SHAPES.all().stream().flatMap(shape -> shape.keys().stream()))
          .distinct()
          .toList();
  private static final List<String> SCALARS =
      List.of(
          "null",
          "1",
          "-5",
          "''",
          "text",
          "true",
          "'127.0.0.1:80'",
          "5s",
          "/a",
          "'('",
          "'*'",
          "strip-prefix",
          "round-robin",
          "GET");

  private Garbage() {}

  /** One top-level key with any value. */
  static String document(Random random) {
    return pick(TOP_KEYS, random) + ": " + value(random, 5) + "\n";
  }

  private static String value(Random random, int depth) {
    int size = random.nextInt(4);
    return switch (depth == 0 ? 0 : random.nextInt(3)) {
      case 0 -> pick(SCALARS, random);
      case 1 ->
          Stream.generate(() -> value(random, depth - 1))
              .limit(size)
              .collect(Collectors.joining(", ", "[", "]"));
      default ->
          Stream.generate(() -> pick(KEYS, random))
              .limit(size)
              .map(key -> key + ": " + value(random, depth - 1))
              .collect(Collectors.joining(", ", "{", "}"));
    };
  }

  private static String pick(List<String> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }
}
