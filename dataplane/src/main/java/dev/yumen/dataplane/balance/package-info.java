/** How one of several endpoints is chosen. Balancers know nothing of connections. */
@NullMarked
package dev.yumen.dataplane.balance;

import org.jspecify.annotations.NullMarked;
