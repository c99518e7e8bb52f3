/**
 * Walks the two trees by which operators look for trouble, time-outs and clients that do not get
 * in, and says what was found. In: what the process has counted and recorded anyway ({@link
 * dev.yumen.control.diagnose.TimeoutTree}), or an explanation of one request ({@link
 * dev.yumen.control.diagnose.AuthTree}). Out: a {@link dev.yumen.control.diagnose.Diagnosis}, in no
 * language, which {@link dev.yumen.control.diagnose.DiagnosisData} puts into words. Nothing is sent
 * and nothing counted, but for {@link dev.yumen.control.diagnose.Probe}, which has to be asked for.
 */
@NullMarked
package dev.yumen.control.diagnose;

import org.jspecify.annotations.NullMarked;
