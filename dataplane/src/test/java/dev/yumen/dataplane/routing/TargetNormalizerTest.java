package dev.yumen.dataplane.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.RouteConfig.Ambiguous;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TargetNormalizerTest {
  private final Target target = new Target();

  @ParameterizedTest
  @CsvSource({
    "/,                        /",
    "/a/b,                     /a/b",
    "/a/,                      /a/",
    "/a;b=c/d,                 /a;b=c/d",
    "/%7euser/%41%2d,          /~user/A-",
    "/%e4%bd%a0,               /%E4%BD%A0",
    "/你,                      /%E4%BD%A0",
    "/a{b}|c^`\"<>,            /a%7Bb%7D%7Cc%5E%60%22%3C%3E",
    "/a/./b,                   /a/b",
    "/a/../b,                  /b",
    "/a/%2e%2e/b,              /b",
    "/a/%2E./b,                /b",
    "/a/b/..,                  /a/",
    "/a/b/.,                   /a/b/",
    "/.well-known/x,           /.well-known/x",
    "/a/...,                   /a/...",
    "/a..b/..c,                /a..b/..c",
    "/%252e%252e/a,            /%252e%252e/a",
    "/%252fa,                  /%252fa",
    "/a%40b@c,                 /a%40b@c",
    "/a%3bb,                   /a%3Bb",
  })
  void pathHasOneNormalForm(String sent, String normal) {
    assertNull(normalize(sent));
    assertEquals(normal, target.pathText());
    assertEquals(normal, target.unmergedPathText());
    assertEquals(0, target.forms());
  }

  @ParameterizedTest
  @CsvSource({
    "/a//b,      /a/b,  /a//b",
    "//,         /,     //",
    "//a/,       /a/,   //a/",
    "/a//../b,   /b,    /a/b",
    "/a//..,     /,     /a/",
    "/a/..//b,   /b,    //b",
    "/a/.//b//,  /a/b/, /a//b//",
  })
  void doubleSlashGivesTwoNormalForms(String sent, String merged, String unmerged) {
    assertNull(normalize(sent));
    assertEquals(merged, target.pathText());
    assertEquals(unmerged, target.unmergedPathText());
    assertEquals(Target.DOUBLE_SLASH, target.forms());
  }

  @ParameterizedTest
  @CsvSource({
    "/a%2fb,           ENCODED_SLASH,  /a%2Fb",
    "/a%2Fb,           ENCODED_SLASH,  /a%2Fb",
    "/a\\b,            BACKSLASH,      /a%5Cb",
    "/a%5cb,           BACKSLASH,      /a%5Cb",
    "/a/..;/admin,     DOT_PARAMETERS, /a/..;/admin",
    "/a/..;x=y/admin,  DOT_PARAMETERS, /a/..;x=y/admin",
    "/a/.;/admin,      DOT_PARAMETERS, /a/.;/admin",
    "/a/%2e%2e;/admin, DOT_PARAMETERS, /a/..;/admin",
    "/a/..%3b/admin,   DOT_PARAMETERS, /a/..%3B/admin",
    "/a/b/..;/../c,    DOT_PARAMETERS, /a/b/c",
  })
  void ambiguousFormIsRefusedUnlessAllowed(String sent, Ambiguous form, String normal) {
    assertNull(normalize(sent));
    assertEquals(normal, target.pathText());
    assertEquals(form, target.refused(Set.of()));
    assertNull(target.refused(Set.of(form)));
  }

  @ParameterizedTest
  @CsvSource({
    "/a/..%2fadmin,    ENCODED_SLASH",
    "/a%2f../admin,    ENCODED_SLASH",
    "/a%2f..%2fadmin,  ENCODED_SLASH",
    "/a/%2e%2e%2fadmin,ENCODED_SLASH",
    "/a/..\\admin,     BACKSLASH",
    "/a/..%5cadmin,    BACKSLASH",
    "/a%5c..,          BACKSLASH",
  })
  void dotsBesideAnAmbiguousSlashNeedBothForms(String sent, Ambiguous form) {
    assertNull(normalize(sent));
    assertEquals(form, target.refused(Set.of()));
    assertEquals(Ambiguous.DOT_PARAMETERS, target.refused(Set.of(form)));
    assertNull(target.refused(Set.of(form, Ambiguous.DOT_PARAMETERS)));
  }

  @ParameterizedTest
  @CsvSource({
    "/a%,            BAD_PERCENT",
    "/a%4,           BAD_PERCENT",
    "/a%zz,          BAD_PERCENT",
    "/a%4g,          BAD_PERCENT",
    "/%%341,         BAD_PERCENT",
    "/%u0041,        BAD_PERCENT",
    "/a%4?1,         BAD_PERCENT",
    "/a%00,          NUL",
    "/a%01,          CONTROL",
    "/a%0d%0ab,      CONTROL",
    "/a%1F,          CONTROL",
    "/a%7f,          CONTROL",
    "/..,            ABOVE_ROOT",
    "/a/../..,       ABOVE_ROOT",
    "/%2e%2e/a,      ABOVE_ROOT",
    "/./../a,        ABOVE_ROOT",
    "//../a,         ABOVE_ROOT",
    "/%c0%af,        BAD_UTF8",
    "/%c0%ae%c0%ae/, BAD_UTF8",
    "/%e0%80%af,     BAD_UTF8",
    "/%ed%a0%80,     BAD_UTF8",
    "/%f5%80%80%80,  BAD_UTF8",
    "/%80,           BAD_UTF8",
    "/%e4%bd,        BAD_UTF8",
    "/%e4a,          BAD_UTF8",
    "/%e4/%bd%a0,    BAD_UTF8",
    "/a#b,           BAD_CHARACTER",
    "/a?b#c,         BAD_CHARACTER",
    "'/a b',         BAD_CHARACTER",
    "'/a?b c',       BAD_CHARACTER",
    "a,              NOT_A_PATH",
    "**,             NOT_A_PATH",
    "http://a/,      NOT_A_PATH",
  })
  void badTargetIsRefused(String sent, TargetError error) {
    assertEquals(error, normalize(sent));
  }

  @Test
  void everyRawControlCharacterIsRefused() {
    for (int octet = 0; octet <= 0x20; octet++) {
      assertEquals(TargetError.BAD_CHARACTER, normalize("/a" + (char) octet + "b"));
      assertEquals(TargetError.BAD_CHARACTER, normalize("/a?" + (char) octet));
      assertEquals(TargetError.BAD_CHARACTER, normalize("/%41" + (char) octet));
    }
    assertEquals(TargetError.BAD_CHARACTER, normalize("/a\u007f"));
  }

  @Test
  void missingPathIsTheRoot() {
    assertNull(normalize(""));
    assertEquals("/", target.pathText());
    assertNull(normalize("?a=b"));
    assertEquals("/", target.pathText());
    assertEquals("a=b", target.queryText());
  }

  @Test
  void asteriskStaysAsterisk() {
    assertNull(normalize("*"));
    assertTrue(target.isAsterisk());
    assertEquals("*", target.pathText());
  }

  @Test
  void queryStaysAsItWasSent() {
    assertNull(normalize("/%41?a=%41&b=%2e%zz/../?//\\%00"));
    assertEquals("/A", target.pathText());
    assertEquals("a=%41&b=%2e%zz/../?//\\%00", target.queryText());
    assertEquals(0, target.forms());
  }

  @Test
  void emptyQueryIsNotTheSameAsNone() {
    assertNull(normalize("/a?"));
    assertTrue(target.hasQuery());
    assertEquals("", target.queryText());
    assertNull(normalize("/a"));
    assertFalse(target.hasQuery());
    assertNull(target.queryText());
  }

  @Test
  void normalPathIsNotCopied() {
    byte[] line = "GET /a/b?c HTTP/1.1".getBytes(StandardCharsets.US_ASCII);
    assertNull(TargetNormalizer.normalize(line, 4, 10, target));
    assertSame(line, target.path());
    assertEquals(4, target.pathStart());
    assertEquals(8, target.pathEnd());
    assertEquals(9, target.queryStart());
    assertEquals(10, target.queryEnd());
  }

  private @Nullable TargetError normalize(String sent) {
    byte[] bytes = sent.getBytes(StandardCharsets.UTF_8);
    return TargetNormalizer.normalize(bytes, 0, bytes.length, target);
  }
}
