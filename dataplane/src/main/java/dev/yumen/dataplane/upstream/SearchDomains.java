package dev.yumen.dataplane.upstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The search list of {@code resolv.conf(5)}: which full names a short name may stand for. Clusters
 * rely on it for names such as {@code users}.
 */
record SearchDomains(List<String> domains, int dots) {

  static SearchDomains ofSystem() {
    try {
      return parse(Files.readAllLines(Path.of("/etc/resolv.conf")));
    } catch (IOException | RuntimeException _) {
      return new SearchDomains(List.of(), 1);
    }
  }

  static SearchDomains parse(List<String> lines) {
    List<String> domains = List.of();
    int dots = 1;
    for (String line : lines) {
      String[] words = line.strip().split("\\s+");
      if (words[0].equals("search") || words[0].equals("domain")) {
        domains = List.of(words).subList(1, words.length);
      } else if (words[0].equals("options")) {
        for (String word : words) {
          if (word.matches("ndots:\\d{1,2}")) {
            dots = Integer.parseInt(word.substring(6));
          }
        }
      }
    }
    return new SearchDomains(List.copyOf(domains), dots);
  }

  /** Names to ask for in turn; a name with enough dots is tried as it is first. */
  List<String> candidates(String host) {
    if (host.endsWith(".")) {
      return List.of(host);
    }
    List<String> candidates = new ArrayList<>();
    boolean full = host.chars().filter(c -> c == '.').count() >= dots;
    if (full) {
      candidates.add(host);
    }
    for (String domain : domains) {
      candidates.add(host + "." + domain);
    }
    if (!full) {
      candidates.add(host);
    }
    return candidates;
  }
}
