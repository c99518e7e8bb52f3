package dev.yumen.control.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.Response;
import dev.yumen.dataplane.admin.AdminRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The dashboard: a closed list of files out of the jar, the same for whoever asks. They hold no
 * data; that comes by the API, and with it the question who may see it. All but the first one stand
 * under a hash of them all, so browsers keep them for ever.
 */
final class Pages {
  /** Which files there are, one in a line; a test compares it with the folder. */
  static final String LIST = "files.txt";

  private static final String FOLDER = "/dev/yumen/control/ui/";
  private static final String FIRST = "index.html";

  /** Where {@link #FIRST} says that the hash goes. */
  private static final String PLACE = "ui/_/";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
          + "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  /** By path, or null before they were first asked for. */
  private volatile @Nullable Map<String, PageFile> files;

  @SuppressWarnings("ArrayRecordComponent") // compared nowhere
  private record PageFile(String type, String tag, boolean forEver, byte[] plain, byte[] zipped) {}

  /**
   * A file, or 304 when the client has it.
   *
   * @throws Refused when there is none such, or something else than reading is asked
   */
  Response answer(AdminRequest request) throws Refused {
    PageFile file = files().get(request.path());
    if (file == null) {
      throw new Refused(
          AdminError.NOT_FOUND, request.path() + " (expected: " + AdminApi.PREFIX + "/… or /)");
    }
    if (!Guard.isRead(request.method())) {
      throw new Refused(AdminError.METHOD_NOT_ALLOWED, request.method() + " (expected: GET, HEAD)");
    }
    String known = request.headers().first("if-none-match");
    boolean same = known != null && List.of(known.split("\\s*,\\s*")).contains(file.tag);
    Response head = head(same ? 304 : 200, file);
    if (same) {
      return head;
    }
    head = head.header("content-type", file.type);
    return takesGzip(request)
        ? head.header("content-encoding", "gzip").body(file.zipped)
        : head.body(file.plain);
  }

  private static Response head(int status, PageFile file) {
    String keep = file.forEver ? "public, max-age=31536000, immutable" : "no-cache";
    return Response.of(status)
        .header("cache-control", keep)
        .header("etag", file.tag)
        .header("vary", "accept-encoding")
        .header("content-security-policy", POLICY)
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "no-referrer")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-resource-policy", "same-origin");
  }

  private static boolean takesGzip(AdminRequest request) {
    String accepted = request.headers().first("accept-encoding");
    if (accepted == null) {
      return false;
    }
    for (String coding : accepted.toLowerCase(Locale.ROOT).split(",")) {
      String[] parts = coding.replace(" ", "").split(";", 2);
      if (parts[0].equals("gzip")) {
        return parts.length == 1 || !parts[1].matches("q=0(\\.0*)?");
      }
    }
    return false;
  }

  /** Two that ask first at once read them twice, which does no harm. */
  private Map<String, PageFile> files() {
    Map<String, PageFile> known = files;
    if (known == null) {
      known = load();
      files = known;
    }
    return known;
  }

  private static Map<String, PageFile> load() {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    MessageDigest all = sha256();
    for (String name : new String(bytes(LIST), UTF_8).strip().split("\n")) {
      byte[] content = bytes(name);
      contents.put(name, content);
      all.update(name.getBytes(UTF_8));
      all.update(sha256().digest(content));
    }
    String folder = "ui/" + hash(all.digest()) + "/";
    Map<String, PageFile> files = new LinkedHashMap<>();
    contents.forEach((name, content) -> files.put("/" + folder + name, file(name, content, true)));
    byte[] first = new String(bytes(FIRST), UTF_8).replace(PLACE, folder).getBytes(UTF_8);
    files.put("/", file(FIRST, first, false));
    return Map.copyOf(files);
  }

  private static PageFile file(String name, byte[] content, boolean forEver) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalStateException(name + " is of no known type");
    }
    String tag = "\"" + hash(sha256().digest(content)) + "\"";
    return new PageFile(type, tag, forEver, content, zipped(content));
  }

  private static byte[] bytes(String name) {
    try (InputStream in = Pages.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException(FOLDER + name + " is not in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] zipped(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String hash(byte[] digest) {
    return HexFormat.of().formatHex(digest, 0, 8);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
