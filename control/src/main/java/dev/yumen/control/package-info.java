/**
 * How a configuration becomes live.
 *
 * <p>Start at {@link dev.yumen.control.ManagedGateway}, which puts the parts together. A {@link
 * dev.yumen.control.source.FileSource} notices a change of the files, a {@link
 * dev.yumen.control.source.StoreFollower} one of the source beside them, and the admin API brings
 * wishes; all go through {@link dev.yumen.control.change.Changes}, and a {@link
 * dev.yumen.control.publish.Publisher} hands it to the data plane, which takes it whole or not at
 * all, and keeps what came of it for {@code /ready}, the log and the metrics. {@link
 * dev.yumen.control.publish.LastGood} keeps the last one that was live for the next start. Plain
 * blocking code, off the event loops.
 */
@NullMarked
package dev.yumen.control;

import org.jspecify.annotations.NullMarked;
