package dev.yumen.config;

/**
 * What a source beside the files holds of the configuration.
 *
 * @param name of the source, as it stands in messages and positions
 * @param text YAML
 */
public record Sourced(String name, String text) {}
