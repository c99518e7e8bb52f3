package dev.yumen.filters.auth;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.SingleServerSet;
import com.unboundid.ldap.sdk.StartTLSPostConnectProcessor;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import dev.yumen.api.InvalidValue;
import dev.yumen.filters.fetch.Fetcher;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A directory that knows people and their passwords. Its connections are made when they are needed,
 * one for each thread that checks at most. Plain blocking code, any thread.
 */
final class LdapDirectory implements AutoCloseable {
  private static final int LDAPS = 636;
  private static final int LDAP = 389;
  private static final int MOST_GROUPS = 1_000;
  private static final int MOST_MESSAGE_BYTES = 1 << 20;
  private static final long OLDEST_MILLIS = 300_000;

  /** What a bind says of the credentials, and not of the server. */
  private static final Set<ResultCode> NOT_THESE =
      Set.of(
          ResultCode.INVALID_CREDENTIALS,
          ResultCode.NO_SUCH_OBJECT,
          ResultCode.INVALID_DN_SYNTAX,
          ResultCode.INAPPROPRIATE_AUTHENTICATION,
          ResultCode.CONSTRAINT_VIOLATION,
          ResultCode.UNWILLING_TO_PERFORM);

  private final LdapAuthFilter.Config config;
  private final LDAPConnectionPool pool;
  private final SlowChecks checks;
  private final @Nullable SimpleBindRequest account;

  /** Who somebody is, in the words of the directory. */
  record Person(String name, List<String> groups) {}

  LdapDirectory(LdapAuthFilter.Config config, int queue) {
    this.config = config;
    LdapAuthFilter.Search search = config.search();
    account =
        search == null || search.bindDn() == null
            ? null
            : new SimpleBindRequest(search.bindDn(), search.password());
    int most = config.connections();
    try {
      pool = new LDAPConnectionPool(server(config), account, 0, most, startTls(config));
    } catch (LDAPException e) {
      throw InvalidValue.found("url", "no directory: " + e.getResultCode(), "a directory");
    }
    pool.setMaxConnectionAgeMillis(OLDEST_MILLIS);
    checks = new SlowChecks("ldap", most, queue);
  }

  private static SingleServerSet server(LdapAuthFilter.Config config) {
    int millis = (int) config.timeout().toMillis();
    LDAPConnectionOptions options = new LDAPConnectionOptions();
    options.setConnectTimeoutMillis(millis);
    options.setResponseTimeoutMillis(millis);
    options.setFollowReferrals(false);
    options.setUseSynchronousMode(true);
    options.setMaxMessageSize(MOST_MESSAGE_BYTES);
    options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
    URI url = config.address();
    boolean tls = "ldaps".equals(url.getScheme());
    int port = url.getPort() >= 0 ? url.getPort() : tls ? LDAPS : LDAP;
    SocketFactory sockets = tls ? tls(config).getSocketFactory() : SocketFactory.getDefault();
    return new SingleServerSet(url.getHost(), port, new LimitedSockets(sockets, millis), options);
  }

  private static @Nullable PostConnectProcessor startTls(LdapAuthFilter.Config config) {
    boolean needed = config.startTls() && "ldap".equals(config.address().getScheme());
    return needed ? new StartTLSPostConnectProcessor(tls(config).getSocketFactory()) : null;
  }

  private static SSLContext tls(LdapAuthFilter.Config config) {
    try {
      return config.ca() == null ? SSLContext.getDefault() : Fetcher.trusting(config.ca());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  /** The threads that are made to wait for this directory. */
  SlowChecks checks() {
    return checks;
  }

  /**
   * Whose user name and password these are.
   *
   * @param password not empty: a bind without one succeeds for every name (RFC 4513 §5.1.2)
   * @return null when they are nobody's
   * @throws LDAPException if the directory does not say
   */
  @Nullable Person prove(String user, byte[] password) throws LDAPException {
    try {
      return proveOnce(user, password);
    } catch (LDAPException e) {
      if (!e.getResultCode().equals(ResultCode.SERVER_DOWN)) {
        throw e;
      }
      pool.shrinkPool(0); // kept connections of a server that was restarted
      return proveOnce(user, password);
    }
  }

  private @Nullable Person proveOnce(String user, byte[] password) throws LDAPException {
    LDAPConnection connection = pool.getConnection();
    boolean sound = false;
    try {
      Person person = prove(connection, user, password);
      sound = true;
      return person;
    } finally {
      if (sound) {
        pool.releaseAndReAuthenticateConnection(connection);
      } else {
        pool.releaseDefunctConnection(connection);
      }
    }
  }

  private @Nullable Person prove(LDAPConnection connection, String user, byte[] password)
      throws LDAPException {
    DN dn = dn(connection, user);
    if (dn == null || !binds(connection, dn, password)) {
      return null;
    }
    if (account != null) {
      connection.bind(account);
    }
    LdapAuthFilter.Groups groups = config.groups();
    String listing = groups == null || groups.base() != null ? null : groups.attribute();
    SearchResultEntry entry =
        listing == null
            ? connection.getEntry(dn.toString(), config.nameAttribute())
            : connection.getEntry(dn.toString(), config.nameAttribute(), listing);
    String name = entry == null ? null : name(entry, user);
    if (entry == null || name == null) {
      throw new LDAPException(
          ResultCode.NO_SUCH_ATTRIBUTE, "the entry shows no " + config.nameAttribute());
    }
    if (groups == null) {
      return new Person(name, List.of());
    }
    return new Person(
        name, listing == null ? found(connection, dn, groups) : listed(entry, listing));
  }

  /** The person's entry; null when there is none, or more than one. */
  private @Nullable DN dn(LDAPConnection connection, String user) throws LDAPException {
    LdapAuthFilter.Search search = config.search();
    if (search == null) {
      return dn(String.valueOf(config.bindDn()), user);
    }
    SearchRequest request = request(search.base(), filled(search.filter(), "user", user), 2);
    try {
      List<SearchResultEntry> entries = connection.search(request).getSearchEntries();
      return entries != null && entries.size() == 1 ? entries.getFirst().getParsedDN() : null;
    } catch (LDAPSearchException e) {
      if (e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
        return null;
      }
      throw e;
    }
  }

  private SearchRequest request(String base, Filter filter, int most, String... attributes) {
    int seconds = (int) Math.max(1, config.timeout().toSeconds());
    String[] wanted =
        attributes.length == 0 ? new String[] {"1.1"} : attributes; // RFC 4511 §4.5.1.8
    return new SearchRequest(
        base, SearchScope.SUB, DereferencePolicy.NEVER, most, seconds, false, filter, wanted);
  }

  private static boolean binds(LDAPConnection connection, DN dn, byte[] password)
      throws LDAPException {
    try {
      connection.bind(new SimpleBindRequest(dn, password));
      return true;
    } catch (LDAPException e) {
      if (NOT_THESE.contains(e.getResultCode())) {
        return false;
      }
      throw e;
    }
  }

  /** The directory's own way to write the name: a client could write it in others. */
  private @Nullable String name(SearchResultEntry entry, String user) {
    String[] names = entry.getAttributeValues(config.nameAttribute());
    if (names == null || names.length == 0) {
      return null;
    }
    return Arrays.stream(names).filter(user::equalsIgnoreCase).findFirst().orElse(names[0]);
  }

  // ---- groups ----

  private static List<String> listed(SearchResultEntry entry, String attribute) {
    String[] values = entry.getAttributeValues(attribute);
    return values == null ? List.of() : Arrays.stream(values).map(LdapDirectory::group).toList();
  }

  /** A group that is named by its entry is called as that entry is. */
  private static String group(String value) {
    try {
      RDN first = value.indexOf('=') < 0 ? null : new DN(value).getRDN();
      return first == null ? value : first.getAttributeValues()[0];
    } catch (LDAPException _) {
      return value;
    }
  }

  private List<String> found(LDAPConnection connection, DN dn, LdapAuthFilter.Groups groups)
      throws LDAPException {
    Filter filter = filled(groups.filter(), "dn", dn.toString());
    String base = String.valueOf(groups.base());
    SearchRequest request = request(base, filter, MOST_GROUPS, groups.attribute());
    List<SearchResultEntry> entries = connection.search(request).getSearchEntries();
    List<String> names = new ArrayList<>();
    for (SearchResultEntry entry : entries == null ? List.<SearchResultEntry>of() : entries) {
      names.addAll(listed(entry, groups.attribute()));
    }
    return names;
  }

  // ---- texts of the configuration ----

  /** A filter in which a value stands for {@code {variable}}, escaped (RFC 4515 §3). */
  static Filter filled(String template, String variable, String value) throws LDAPException {
    return Filter.create(template.replace("{" + variable + "}", Filter.encodeValue(value)));
  }

  /** A name in which the user's stands for {@code {user}}, escaped (RFC 4514 §2.4). */
  static DN dn(String template, String user) throws LDAPException {
    List<RDN> parts = new ArrayList<>();
    for (RDN part : new DN(template).getRDNs()) {
      String[] values = part.getAttributeValues().clone();
      Arrays.setAll(values, i -> values[i].replace("{user}", user));
      parts.add(new RDN(part.getAttributeNames(), values));
    }
    return new DN(parts);
  }

  @Override
  public void close() {
    checks.close();
    pool.close();
  }
}
