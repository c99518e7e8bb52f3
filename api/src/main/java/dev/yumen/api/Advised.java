package dev.yumen.api;

import java.util.List;

/**
 * A record of the configuration that knows of settings that work, but do not do what was probably
 * meant. The reader turns its advice into warnings at the places of the components.
 */
public interface Advised {

  /** What should be looked at, in the form of a refusal; empty when nothing should. */
  List<InvalidValue> advice();
}
