/**
 * The client and the server that the gRPC project tests its own implementations with, as programs
 * for processes of their own. Begin reading at {@link dev.yumen.grpcpeers.InteropServer}.
 */
@NullMarked
package dev.yumen.grpcpeers;

import org.jspecify.annotations.NullMarked;
