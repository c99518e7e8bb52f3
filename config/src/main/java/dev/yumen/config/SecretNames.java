package dev.yumen.config;

import java.util.regex.Pattern;

/** Names of free keys, such as those of headers and labels, whose values are taken for secrets. */
public final class SecretNames {
  private static final Pattern CREDENTIAL =
      Pattern.compile(
          "(?i)authorization|cookie|secret|token|password|passwd|credential|api[-_]?key");

  private SecretNames() {}

  /** Whether what stands under this key is not to be shown. */
  public static boolean has(String key) {
    return CREDENTIAL.matcher(key).find();
  }
}
