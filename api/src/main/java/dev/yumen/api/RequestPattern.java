package dev.yumen.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a rule of a filter is for, in the words of a route's {@code match}; everything
 * that is given must hold.
 *
 * @param host exact names or {@code *.example.com}, any of; empty for every host
 * @param methods any of, where GET stands for HEAD too; empty for every method
 * @param path {@code /a} exact, {@code /a/{id}} template, {@code /a/**} prefix; null for every path
 */
public record RequestPattern(List<String> host, List<String> methods, @Nullable String path) {
  public RequestPattern {
    host = List.copyOf(host);
    methods = List.copyOf(methods);
  }
}
