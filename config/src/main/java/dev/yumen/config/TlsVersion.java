package dev.yumen.config;

import dev.yumen.api.ConfigType;
import dev.yumen.api.InvalidValue;

/** A version of TLS, written as its number. Older ones than these are not spoken (RFC 8996). */
@ConfigType(
    expected = "1.2 or 1.3",
    examples = {"1.2", "1.3"})
public enum TlsVersion {
  TLS_1_2("1.2", "TLSv1.2"),
  TLS_1_3("1.3", "TLSv1.3");

  private final String number;
  private final String protocol;

  TlsVersion(String number, String protocol) {
    this.number = number;
    this.protocol = protocol;
  }

  public static TlsVersion parse(String text) {
    for (TlsVersion version : values()) {
      if (version.number.equals(text)) {
        return version;
      }
    }
    throw new InvalidValue("", text, "1.2 or 1.3");
  }

  /** As JSSE calls it. */
  public String protocol() {
    return protocol;
  }

  @Override
  public String toString() {
    return number;
  }
}
