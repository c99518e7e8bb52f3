package dev.yumen.dataplane;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version that this program was built as. */
public final class ProgramVersion {
  private static final String TEXT = read();

  private ProgramVersion() {}

  /** Such as {@code 0.1.0}. */
  public static String text() {
    return TEXT;
  }

  private static String read() {
    try (InputStream in = ProgramVersion.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException _) {
      return "unknown";
    }
  }
}
