/** Tests of TLS over real sockets, with certificates made on the spot. */
@NullMarked
package dev.yumen.dataplane.tls;

import org.jspecify.annotations.NullMarked;
