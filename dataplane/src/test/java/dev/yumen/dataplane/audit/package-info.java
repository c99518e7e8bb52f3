/** Tests of the audit log: what is written, and that nothing done to it afterwards is missed. */
@NullMarked
package dev.yumen.dataplane.audit;

import org.jspecify.annotations.NullMarked;
