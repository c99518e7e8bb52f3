package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkspaceConfigTest {
  @ParameterizedTest
  @CsvSource({
    "shop.example.com, shop.example.com, true",
    "shop.example.com, a.shop.example.com, false",
    "shop.example.com, *.shop.example.com, false",
    "*.shop.example.com, a.shop.example.com, true",
    "*.shop.example.com, a.b.shop.example.com, true",
    "*.shop.example.com, *.shop.example.com, true",
    "*.shop.example.com, *.a.b.shop.example.com, true",
    "*.shop.example.com, shop.example.com, false",
    "*.shop.example.com, myshop.example.com, false",
    "*.shop.example.com, *.example.com, false"
  })
  void aHostIsTakenAsRoutingTakesIt(String own, String host, boolean may) {
    assertEquals(may, workspace("a", List.of(), List.of(own)).mayTakeHost(host));
  }

  @ParameterizedTest
  @CsvSource({
    "x.example.com, x.example.com, true",
    "x.example.com, y.example.com, false",
    "*.example.com, x.example.com, true",
    "x.example.com, *.example.com, true",
    "*.example.com, a.b.example.com, true",
    "*.example.com, *.b.example.com, true",
    "*.example.com, example.com, false",
    "*.a.example.com, *.b.example.com, false"
  })
  void hostsOfTwoOverlapWhereARequestFitsBoth(String one, String other, boolean overlap) {
    WorkspaceConfig a = workspace("a", List.of(), List.of(one));
    assertEquals(overlap, a.sharesRequests(workspace("b", List.of(), List.of(other))));
    assertEquals(
        overlap, workspace("b", List.of("/x/**"), List.of(other)).sharesRequests(a), "any path");
  }

  @ParameterizedTest
  @CsvSource({
    "/a/**, /a/**, true",
    "/a/**, /a/b/**, true",
    "/a/b, /a/**, true",
    "/a/**, /a, true",
    "/a/**, /ab/**, false",
    "/a/b, /a/c, false"
  })
  void pathsOfTwoOverlapWhereARequestFitsBoth(String one, String other, boolean overlap) {
    WorkspaceConfig a = workspace("a", List.of(one), List.of());
    assertEquals(overlap, a.sharesRequests(workspace("b", List.of(other), List.of())));
    WorkspaceConfig onHost = workspace("c", List.of(other), List.of("c.example.com"));
    assertEquals(overlap, onHost.sharesRequests(a), "any host");
    assertEquals(
        false, onHost.sharesRequests(workspace("d", List.of(one), List.of("d.example.com"))));
  }

  private static WorkspaceConfig workspace(String name, List<String> paths, List<String> hosts) {
    return new WorkspaceConfig(name, List.of(name + "-*"), paths, hosts, List.of());
  }
}
