/**
 * Real parts for tests: a client and an upstream that speak in bytes, a clock that is moved by
 * hand, a child process, and checks for leaked buffers.
 *
 * <p>Start reading at {@link dev.yumen.testkit.ScriptedUpstream} and {@link
 * dev.yumen.testkit.RawClient}: most tests put a gateway between these two. Both are plain blocking
 * sockets on virtual threads, so nothing of what is tested is used to test it. {@link
 * dev.yumen.testkit.Http2Client} and {@link dev.yumen.testkit.Http2Service} stand there for HTTP/2,
 * frame by frame.
 */
@NullMarked
package dev.yumen.testkit;

import org.jspecify.annotations.NullMarked;
