/**
 * The filter {@code validate}: requests must keep to an OpenAPI document or to a JSON Schema, and
 * answers are watched by the same. Read first: {@link dev.yumen.filters.validate.ValidateFilter},
 * then {@code OpenApi}, which makes {@code Operation}s of a document when a configuration is
 * loaded, and {@code BodyCheck}, which holds a body against a schema.
 */
@NullMarked
package dev.yumen.filters.validate;

import org.jspecify.annotations.NullMarked;
