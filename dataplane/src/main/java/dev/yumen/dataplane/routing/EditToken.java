package dev.yumen.dataplane.routing;

/**
 * Marks what one edit made, compared by identity. Holds nothing, as it lives with what it marks.
 */
final class EditToken {}
