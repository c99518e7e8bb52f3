/**
 * The audit log: what was done to the gateway and whom it refused, as lines that hold together.
 *
 * <p>It lives beside what is observed and not in the control plane, because event loops tell of
 * refusals here; the control plane and whatever else changes the gateway tell of their acts by the
 * one method of {@link dev.yumen.dataplane.audit.AuditTrail}. Start at {@link
 * dev.yumen.dataplane.audit.AuditLog} for the way of a record into the file, and at {@link
 * dev.yumen.dataplane.audit.AuditCheck} for what holds the lines together.
 */
@NullMarked
package dev.yumen.dataplane.audit;

import org.jspecify.annotations.NullMarked;
