package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.InputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeTest {
  private static final String AGREED = "acme: {agree-to-terms: true}\n";

  @TempDir Path folder;

  private LoadedConfig read(String top, String wanted) {
    String listeners =
        "listeners: {https: {address: '127.0.0.1:0', tls: {acme: " + wanted + "}}}\n";
    return new ConfigReader(Map.of(), Map.of()).readText("y.yaml", top + listeners, folder);
  }

  private String problem(String top, String wanted) {
    LoadedConfig loaded = read(top, wanted);
    assertEquals(1, loaded.problems().size(), loaded.problems().toString());
    return loaded.problems().getFirst().toString();
  }

  @Test
  void termsHaveToBeAgreedTo() {
    assertEquals(
        "y.yaml:1:24 acme.agree-to-terms: false (expected: true, once you have read the terms of"
            + " service of acme-v02.api.letsencrypt.org)",
        problem("acme: {agree-to-terms: false}\n", "a.example.com"));
  }

  @Test
  void wildcardIsRefusedWithTheReason() {
    String problem = problem(AGREED, "['*.example.com']");
    assertTrue(problem.contains("wildcards need the challenge dns-01"), problem);
  }

  @Test
  void addressIsRefused() {
    for (String address : new String[] {"'192.0.2.1'", "'2001:db8::1'"}) {
      String problem = problem(AGREED, address);
      assertTrue(problem.contains("no address can be certified"), problem);
    }
  }

  @Test
  void domainStandsOnce() {
    String problem = problem(AGREED, "[a.example.com, a.example.com]");
    assertTrue(problem.contains("\"a.example.com\" twice"), problem);
  }

  @Test
  void authorityHasToBeThere() {
    assertEquals(
        "y.yaml:1:57 listeners.https.tls.acme: no authority (expected: acme at the top, with"
            + " agree-to-terms: true)",
        problem("", "a.example.com"));
    String misspelt =
        problem(
            "acme: [{name: inner, agree-to-terms: true}]\n",
            "{domains: a.example.com, issuer: iner}");
    assertTrue(misspelt.contains("unknown authority \"iner\""), misspelt);
    assertTrue(misspelt.contains("inner"), misspelt);
  }

  @Test
  void authoritiesHaveDifferentNames() {
    String problem =
        problem("acme: [{agree-to-terms: true}, {agree-to-terms: true}]\n", "a.example.com");
    assertTrue(problem.contains("\"default\" is the name of another one already"), problem);
  }

  @Test
  void http01WithoutPlainListenerIsWarnedOf() {
    String problem = problem("acme: {agree-to-terms: true, challenge: http-01}\n", "a.example.com");
    assertTrue(problem.contains("warning: acme.challenge: no listener can answer"), problem);
  }

  @Test
  void certificateOfTheStorageIsPartOfTheConfiguration() throws IOException {
    String top = "acme: {agree-to-terms: true, storage: kept}\n";
    AcmeDomain domain = new AcmeDomain("default", "a.example.com");
    LoadedConfig before = read(top, "a.example.com");
    GatewayConfig config = Objects.requireNonNull(before.config());
    Path file =
        AcmeStorage.of(config, Objects.requireNonNull(config.issuer("default")), folder)
            .certificate("a.example.com");
    assertEquals(
        folder.resolve("kept/acme-v02.api.letsencrypt.org-directory/a.example.com.pem"), file);
    assertTrue(before.files().contains(file), "watched");
    assertEquals(Map.of(), before.issued());

    Files.createDirectories(file.getParent());
    Files.writeString(file, "a certificate");
    InputFile read = assertNotNullFile(read(top, "a.example.com").issued().get(domain));
    assertEquals("kept/acme-v02.api.letsencrypt.org-directory/a.example.com.pem", read.name());
  }

  private static InputFile assertNotNullFile(@Nullable InputFile file) {
    assertNotNull(file);
    return file;
  }
}
