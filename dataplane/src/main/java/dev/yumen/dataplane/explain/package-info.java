/**
 * What becomes of a request, told without sending it: what is asked ({@link
 * dev.yumen.dataplane.explain.ExplainRequest}), what is answered ({@link
 * dev.yumen.dataplane.explain.Explanation}), and how that is said in people's languages and in
 * JSON. The judging itself is done by the code that judges requests; start reading at {@code
 * exchange.Explainer}.
 */
@NullMarked
package dev.yumen.dataplane.explain;

import org.jspecify.annotations.NullMarked;
