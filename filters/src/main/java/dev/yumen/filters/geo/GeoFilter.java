package dev.yumen.filters.geo;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Verdict;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients in by the country, continent or network of their address, and tells services where
 * they are.
 */
public final class GeoFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("geo", Config.class, GeoFilter::new);

  /** What becomes of clients of whom nothing is known. */
  public enum Unknown {
    DENY,
    ALLOW
  }

  /** Who may come in, and what services are told. */
  @Describe("Lets clients in by where their address is; deny wins over allow.")
  public record Config(
      @Describe("Database of countries in MaxMind's format, relative to the configuration.")
          @Nullable Path database,
      @Describe("Database of autonomous systems in MaxMind's format.") @Nullable Path asnDatabase,
      @Describe("Only these countries may come in, by ISO 3166-1 such as CN.") @OneOrMany
          List<String> allow,
      @Describe("These countries may not come in.") @OneOrMany List<String> deny,
      @Describe("Only these continents may come in: AF, AN, AS, EU, NA, OC, SA.") @OneOrMany
          List<String> allowContinents,
      @Describe("These continents may not come in.") @OneOrMany List<String> denyContinents,
      @Describe("These autonomous systems may not come in, such as AS64500.") @OneOrMany
          List<String> denyAsns,
      @Describe("Clients of whose address a database that decides knows nothing.") @Default("deny")
          Unknown unknown,
      @Describe("Header that tells the upstream the country; never taken from clients.")
          @Nullable String countryHeader,
      @Describe("Header that tells the upstream the continent; never taken from clients.")
          @Nullable String continentHeader,
      @Describe("Header that tells the upstream the autonomous system, as AS64500.")
          @Nullable String asnHeader) {

    private static final Set<String> CONTINENTS = Set.of("AF", "AN", "AS", "EU", "NA", "OC", "SA");

    private static final String CONTINENT = "AF, AN, AS, EU, NA, OC or SA";
    private static final String COUNTRY = "an ISO 3166-1 code such as CN";

    /** In use for Kosovo, which ISO has not. */
    private static final String KOSOVO = "XK";

    public Config {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
      allowContinents = List.copyOf(allowContinents);
      denyContinents = List.copyOf(denyContinents);
      denyAsns = List.copyOf(denyAsns);
      Set<String> countries = new HashSet<>(List.of(Locale.getISOCountries()));
      countries.add(KOSOVO);
      codes("allow", allow, countries, COUNTRY);
      codes("deny", deny, countries, COUNTRY);
      codes("allow-continents", allowContinents, CONTINENTS, CONTINENT);
      codes("deny-continents", denyContinents, CONTINENTS, CONTINENT);
      for (String asn : denyAsns) {
        if (!asn.matches("AS[1-9][0-9]{0,9}")) {
          throw new InvalidValue("deny-asns", asn, "an autonomous system such as AS64500");
        }
      }
      header("country-header", countryHeader);
      header("continent-header", continentHeader);
      header("asn-header", asnHeader);
    }

    /**
     * Checks that databases and what asks for them are there together. Not when it is made: where
     * one of them could not be read, it would be missed here for no reason.
     */
    private void checkTogether() {
      boolean places =
          Stream.of(allow, deny, allowContinents, denyContinents).anyMatch(list -> !list.isEmpty());
      require("database", database, places || countryHeader != null || continentHeader != null);
      require("asn-database", asnDatabase, !denyAsns.isEmpty() || asnHeader != null);
      if (database == null && asnDatabase == null) {
        throw InvalidValue.found("", "nothing to do", "a database, with lists or headers");
      }
    }

    private static void codes(
        String component, List<String> codes, Set<String> known, String expected) {
      for (String code : codes) {
        if (!known.contains(code)) {
          throw new InvalidValue(component, code, expected);
        }
      }
    }

    private static void header(String component, @Nullable String name) {
      if (name != null) {
        HeaderName.writableInRequest(component, name);
      }
    }

    /** A database is there when something asks for it, and only then. */
    private static void require(String component, @Nullable Path file, boolean wanted) {
      if (wanted == (file == null)) {
        throw InvalidValue.found(
            component,
            file == null ? "no database" : "a database that nothing asks for",
            file == null ? "a file for the lists and headers" : "lists or headers by it");
      }
    }
  }

  private final Config config;
  private final @Nullable GeoDatabase places;
  private final @Nullable GeoDatabase networks;
  private final Set<String> allow;
  private final Set<String> deny;
  private final Set<String> allowContinents;
  private final Set<String> denyContinents;
  private final Set<String> denyAsns;
  private final FilterContext.Counter refused;

  private GeoFilter(Config config, FilterContext context) {
    config.checkTogether();
    this.config = config;
    places = config.database == null ? null : GeoDatabase.of(context, "database", config.database);
    networks =
        config.asnDatabase == null
            ? null
            : GeoDatabase.of(context, "asn-database", config.asnDatabase);
    allow = Set.copyOf(config.allow);
    deny = Set.copyOf(config.deny);
    allowContinents = Set.copyOf(config.allowContinents);
    denyContinents = Set.copyOf(config.denyContinents);
    denyAsns = Set.copyOf(config.denyAsns);
    refused =
        context.counter(
            "gateway_geo_refused",
            "Requests that were refused by where their client is.",
            List.of("route", context.routeId()));
    if (places != null && places.type().endsWith("ASN")) {
      throw InvalidValue.found("database", places.type(), "a database of countries");
    }
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Verdict verdict = judge(exchange);
    if (verdict instanceof Verdict.Fail) {
      refused.add(1);
    }
    return verdict;
  }

  @Override
  public Effect explain(Exchange exchange) {
    return Effect.sure(judge(exchange));
  }

  private Verdict judge(Exchange exchange) {
    InetAddress client = exchange.clientAddress();
    GeoDatabase.Entry place = places == null ? null : places.find(client);
    GeoDatabase.Entry network = networks == null ? null : networks.find(client);
    String country = place == null ? null : place.countryCode();
    String continent = place == null ? null : place.continentCode();
    String asn = network == null || network.asn() == null ? null : "AS" + network.asn();
    Headers headers = exchange.request().headers();
    tell(headers, config.countryHeader, country);
    tell(headers, config.continentHeader, continent);
    tell(headers, config.asnHeader, asn);
    String why = refusal(country, continent, asn);
    if (why == null) {
      return Verdict.proceed();
    }
    return Verdict.fail(FailureCode.FORBIDDEN, "geo: " + why);
  }

  /** What clients say of themselves is removed, also when nothing takes its place. */
  private static void tell(Headers headers, @Nullable String name, @Nullable String value) {
    if (name != null && value != null) {
      headers.set(name, value);
    } else if (name != null) {
      headers.remove(name);
    }
  }

  private @Nullable String refusal(
      @Nullable String country, @Nullable String continent, @Nullable String asn) {
    if (country != null && deny.contains(country)) {
      return "country " + country;
    }
    if (continent != null && denyContinents.contains(continent)) {
      return "continent " + continent;
    }
    if (asn != null && denyAsns.contains(asn)) {
      return asn;
    }
    boolean byCountry = !allow.isEmpty() || !deny.isEmpty();
    boolean byContinent = !allowContinents.isEmpty() || !denyContinents.isEmpty();
    boolean missing =
        (byCountry && country == null)
            || (byContinent && continent == null)
            || (!denyAsns.isEmpty() && asn == null);
    if (missing) {
      return config.unknown == Unknown.DENY ? "an address that is not known" : null;
    }
    boolean outside = !allow.isEmpty() || !allowContinents.isEmpty();
    boolean inside =
        (country != null && allow.contains(country))
            || (continent != null && allowContinents.contains(continent));
    return outside && !inside ? "country " + country + ", continent " + continent : null;
  }
}
