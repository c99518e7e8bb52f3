package dev.yumen.dataplane.admin;

import dev.yumen.api.Headers;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A request of the admin port, there in full.
 *
 * @param path in normal form: no dot segments, no doubled slashes, nothing encoded that need not be
 * @param query without the question mark; null when there is none
 * @param host as the client named it in {@code Host}, with its port; empty without
 * @param body empty when there is none
 * @param peer the other end of the connection, whatever headers say
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record AdminRequest(
    String method,
    String path,
    @Nullable String query,
    String host,
    Headers headers,
    byte[] body,
    InetAddress peer) {}
