package dev.yumen.control.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A part of a list, as {@code page} and {@code per-page} of a query say. */
final class Page {
  private static final int USUAL = 50;
  private static final int MOST = 1_000;

  private Page() {}

  /** A resource that understands these two. */
  static Resource of(Resource resource) {
    return resource
        .with("page", "Which page, from 1 on.")
        .with("per-page", "How many on a page, 1 to " + MOST + "; " + USUAL + " by default.");
  }

  /** An object with the items of the page, and how many there are in all. */
  static <T> Map<String, Object> of(List<T> all, Call call, Function<T, Object> shown)
      throws Refused {
    int page = call.number("page", 1, 1, 1_000_000);
    int size = call.number("per-page", USUAL, 1, MOST);
    long from = Math.min((long) (page - 1) * size, all.size());
    List<Object> items =
        all.subList((int) from, (int) Math.min(from + size, all.size())).stream()
            .map(shown)
            .toList();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("total", all.size());
    body.put("page", page);
    body.put("per-page", size);
    body.put("items", items);
    return body;
  }
}
