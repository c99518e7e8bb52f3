package dev.yumen.dataplane.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SearchDomainsTest {
  private static final SearchDomains CLUSTER =
      SearchDomains.parse(
          List.of(
              "# written by the kubelet",
              "nameserver 10.96.0.10",
              "search shop.svc.cluster.local svc.cluster.local cluster.local",
              "options ndots:5 timeout:2"));

  @Test
  void aShortNameIsTriedInEveryDomainFirst() {
    assertEquals(
        List.of(
            "users.shop.svc.cluster.local",
            "users.svc.cluster.local",
            "users.cluster.local",
            "users"),
        CLUSTER.candidates("users"));
  }

  @Test
  void aNameWithEnoughDotsIsTriedAsItIsFirst() {
    assertEquals("a.b.c.d.e.f", CLUSTER.candidates("a.b.c.d.e.f").getFirst());
    assertEquals(4, CLUSTER.candidates("a.b.c.d.e.f").size());
    SearchDomains usual = SearchDomains.parse(List.of("search example.com"));
    assertEquals(
        List.of("a.example.org", "a.example.org.example.com"), usual.candidates("a.example.org"));
    assertEquals(List.of("a.example.com", "a"), usual.candidates("a"));
  }

  @Test
  void aNameThatEndsWithADotIsFull() {
    assertEquals(List.of("users."), CLUSTER.candidates("users."));
  }

  @Test
  void theLastListCountsAndNonsenseDoesNot() {
    SearchDomains parsed =
        SearchDomains.parse(
            List.of("domain old.example", "search new.example", "options ndots:x", "", "\t"));
    assertEquals(List.of("new.example"), parsed.domains());
    assertEquals(1, parsed.dots());
  }
}
