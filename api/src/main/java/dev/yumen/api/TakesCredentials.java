package dev.yumen.api;

import java.util.Set;

/**
 * On a filter: it looks for credentials in requests. What it looks at is not kept where requests
 * are recorded, and a recorded request that has lost it is not judged by this filter. Any thread.
 */
public interface TakesCredentials {
  /** Stands for the client's certificate of TLS among {@link #credentialNames}. */
  String CERTIFICATE = "client-certificate";

  /**
   * Names of the header fields and query parameters that hold them, in lower case. A cookie is the
   * field {@code cookie}, a certificate {@link #CERTIFICATE}. The same set each time.
   */
  Set<String> credentialNames();
}
