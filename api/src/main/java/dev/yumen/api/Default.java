package dev.yumen.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a setting is when it is not written: YAML text, bound as if it stood in the file. {@code {}}
 * stands for a record with all its own defaults. Without this, absent lists and maps are empty,
 * {@code @Nullable} components are null, and anything else is required.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  String value();
}
