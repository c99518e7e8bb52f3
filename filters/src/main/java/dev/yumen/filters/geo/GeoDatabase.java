package dev.yumen.filters.geo;

import com.maxmind.db.CHMCache;
import com.maxmind.db.InvalidDatabaseException;
import com.maxmind.db.MaxMindDbConstructor;
import com.maxmind.db.MaxMindDbParameter;
import com.maxmind.db.Reader;
import dev.yumen.api.FilterContext;
import dev.yumen.api.InvalidValue;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A database of MaxMind's format, held in memory: a mapped file would make event loops wait for the
 * disk, and end the process when somebody writes into it. Any thread.
 */
final class GeoDatabase implements AutoCloseable {
  private static final int CACHED = 4_096;
  private static final long LARGEST = 512L << 20;

  private final Reader reader;

  private GeoDatabase(Reader reader) {
    this.reader = reader;
  }

  /** What a database says of an address; only what is read here is decoded. */
  public record Entry(
      @Nullable Country country,
      @Nullable Country registeredCountry,
      @Nullable Continent continent,
      @Nullable Long asn) {

    /** As the file has it. */
    @MaxMindDbConstructor
    public Entry(
        @MaxMindDbParameter(name = "country") @Nullable Country country,
        @MaxMindDbParameter(name = "registered_country") @Nullable Country registeredCountry,
        @MaxMindDbParameter(name = "continent") @Nullable Continent continent,
        @MaxMindDbParameter(name = "autonomous_system_number") @Nullable Long asn) {
      this.country = country;
      this.registeredCountry = registeredCountry;
      this.continent = continent;
      this.asn = asn;
    }

    /** The country's code; null when it is not known. */
    @Nullable String countryCode() {
      String code = country == null ? null : country.code;
      return code == null && registeredCountry != null ? registeredCountry.code : code;
    }

    @Nullable String continentCode() {
      return continent == null ? null : continent.code;
    }
  }

  /** A country. */
  public record Country(@Nullable String code) {

    /** As the file has it. */
    @MaxMindDbConstructor
    public Country(@MaxMindDbParameter(name = "iso_code") @Nullable String code) {
      this.code = code;
    }
  }

  /** A continent. */
  public record Continent(@Nullable String code) {

    /** As the file has it. */
    @MaxMindDbConstructor
    public Continent(@MaxMindDbParameter(name = "code") @Nullable String code) {
      this.code = code;
    }
  }

  /**
   * The database in a file, the same one as before while the file has not changed.
   *
   * @param component the setting that names it
   * @throws InvalidValue naming the file, when it can not be read
   */
  static GeoDatabase of(FilterContext context, String component, Path file) {
    Path found = context.folder().resolve(file);
    try {
      String key = found + " " + Files.getLastModifiedTime(found) + " " + Files.size(found);
      return context.state(GeoDatabase.class, key, () -> open(component, found));
    } catch (IOException e) {
      throw wrong(component, found, why(e));
    }
  }

  private static GeoDatabase open(String component, Path file) {
    try {
      String why = unreadable(file);
      if (why != null) {
        throw wrong(component, file, why);
      }
      return new GeoDatabase(
          new Reader(file.toFile(), Reader.FileMode.MEMORY, new CHMCache(CACHED)));
    } catch (InvalidValue e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw wrong(component, file, why(e));
    }
  }

  /** Why it is not even tried; null when it is. A pipe would be waited for without end. */
  private static @Nullable String unreadable(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Files.isDirectory(file) ? "a folder" : "no regular file";
    }
    if (!Files.isReadable(file)) {
      return "it may not be read";
    }
    return Files.size(file) > LARGEST ? "larger than 512 MiB" : null;
  }

  private static String why(Exception e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "it may not be read";
      case InvalidDatabaseException _ -> "of another format, or damaged";
      default -> "it can not be read: " + e;
    };
  }

  private static InvalidValue wrong(String component, Path file, String why) {
    return InvalidValue.found(
        component, "\"" + file + "\": " + why, "a database of MaxMind's format");
  }

  /** What kind of database it is, as it says, such as {@code GeoLite2-Country}. */
  String type() {
    return reader.getMetadata().databaseType();
  }

  /** Null when nothing is known of the address. */
  @Nullable Entry find(InetAddress address) {
    try {
      return reader.get(address, Entry.class);
    } catch (IOException | RuntimeException _) {
      return null; // a damaged part of the file, or one that holds no addresses of this kind
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
