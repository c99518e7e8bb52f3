package dev.yumen.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a record: a value that is not a mapping stands for this one component, so {@code to: users} is
 * {@code to: {upstream: users}}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Shorthand {
  /** The component's name in the configuration, lower-case-with-dashes. */
  String value();
}
