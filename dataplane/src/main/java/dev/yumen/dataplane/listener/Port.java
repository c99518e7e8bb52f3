package dev.yumen.dataplane.listener;

import dev.yumen.config.ListenerConfig;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** An address that is listened on, by TCP or by UDP. Any thread but a loop. */
public interface Port {
  String name();

  /** The address that is listened on. */
  InetSocketAddress bound();

  /** Whether this is the port of a listener of that name with these settings; null for none. */
  boolean is(String otherName, @Nullable ListenerConfig settings);

  /** Takes no more clients; those that are there go on. */
  void stopAccepting();

  /** Ends connections when they have nothing more to do. */
  void drain();

  /** Ends connections at once. */
  void closeAll();

  /** A reload has taken the listener away: no more clients, and the port is free. */
  void retire();

  /** Open connections, or clients of UDP. */
  int connections();
}
