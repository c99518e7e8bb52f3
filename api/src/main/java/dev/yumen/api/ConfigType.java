package dev.yumen.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a class that is written as one scalar in the configuration. The class has {@code public static
 * T parse(String text)}, which throws {@link InvalidValue} (with an empty component name) for text
 * it can not read, and a {@code toString} that {@code parse} reads back.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ConfigType {
  /** What is expected, as it stands in messages: {@code a size such as 64KiB}. */
  String expected();

  /** Examples for the reference and the schema; all must parse. */
  String[] examples();
}
