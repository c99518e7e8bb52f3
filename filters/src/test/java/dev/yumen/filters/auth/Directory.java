package dev.yumen.filters.auth;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A directory of a few people and two groups, by the library's own server. */
public final class Directory implements AutoCloseable {
  private static final String[] PEOPLE = {"alice:wonder:land", "bob:builder", "root:toor"};

  private final InMemoryDirectoryServer server;
  private final AtomicInteger binds = new AtomicInteger();

  /** Counts binds of people, and sends one of them elsewhere. */
  private final class Watch extends InMemoryOperationInterceptor {
    @Override
    public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest request)
        throws LDAPException {
      if (request.getRequest().getBindDN().startsWith("uid=")) {
        binds.incrementAndGet();
      }
      if (request.getRequest().getBindDN().startsWith("uid=moved")) {
        throw new LDAPException(
            ResultCode.REFERRAL, "elsewhere", null, new String[] {"ldap://127.0.0.1:1/dc=x"});
      }
    }
  }

  private Directory(@Nullable Issued site, boolean wrapped) {
    try {
      InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
      InetAddress local = InetAddress.getLoopbackAddress();
      SSLContext tls = site == null ? null : Pki.context(site);
      config.setListenerConfigs(
          tls == null || !wrapped
              ? InMemoryListenerConfig.createLDAPConfig(
                  "test", local, 0, tls == null ? null : tls.getSocketFactory())
              : InMemoryListenerConfig.createLDAPSConfig(
                  "test", local, 0, tls.getServerSocketFactory(), tls.getSocketFactory()));
      config.setSchema(null);
      config.addInMemoryOperationInterceptor(new Watch());
      server = new InMemoryDirectoryServer(config);
      fill();
      server.startListening();
    } catch (LDAPException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts one without TLS. */
  public static Directory start() {
    return new Directory(null, false);
  }

  /**
   * Starts one with TLS.
   *
   * @param wrapped whether TLS comes first, or by StartTLS
   */
  static Directory secure(Issued site, boolean wrapped) {
    return new Directory(site, wrapped);
  }

  private void fill() throws LDAPException {
    add("dc=example,dc=com", "objectClass: domain");
    add("cn=gateway,dc=example,dc=com", "objectClass: person", "userPassword: service");
    add("ou=people,dc=example,dc=com", "objectClass: organizationalUnit");
    add("ou=groups,dc=example,dc=com", "objectClass: organizationalUnit");
    for (String person : PEOPLE) {
      int colon = person.indexOf(':');
      String name = person.substring(0, colon);
      add(
          "uid=" + name + ",ou=people,dc=example,dc=com",
          "objectClass: person",
          "uid: " + name,
          "sn: Liddell",
          "memberOf: cn=staff,ou=groups,dc=example,dc=com",
          "memberOf: vip",
          "userPassword: " + person.substring(colon + 1));
    }
    add(
        "uid=o'neil\\, (jr) *,ou=people,dc=example,dc=com",
        "objectClass: person",
        "uid: o'neil, (jr) *",
        "userPassword: hunter2");
    for (String group : new String[] {"staff", "vip"}) {
      add(
          "cn=" + group + ",ou=groups,dc=example,dc=com",
          "objectClass: groupOfNames",
          "cn: " + group,
          "member: uid=alice,ou=people,dc=example,dc=com");
    }
  }

  private void add(String dn, String... lines) throws LDAPException {
    String[] entry = new String[lines.length + 1];
    entry[0] = "dn: " + dn;
    System.arraycopy(lines, 0, entry, 1, lines.length);
    try {
      server.add(entry);
    } catch (com.unboundid.ldif.LDIFException e) {
      throw new IllegalStateException(e);
    }
  }

  int port() {
    return server.getListenPort();
  }

  public String address() {
    return "127.0.0.1:" + port();
  }

  /** How often the passwords of people were checked. */
  int binds() {
    return binds.get();
  }

  /** Ends every connection and takes no new ones. */
  void stop() {
    server.shutDown(true);
  }

  /** Takes connections again, on the port of before. */
  void again() {
    try {
      server.startListening();
    } catch (LDAPException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.shutDown(true);
  }
}
