/** Tests of the PROXY protocol's readers and writers, byte by byte. */
@NullMarked
package dev.yumen.dataplane.proxyprotocol;

import org.jspecify.annotations.NullMarked;
