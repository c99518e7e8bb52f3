package dev.yumen.config;

import dev.yumen.api.Describe;
import dev.yumen.api.Shorthand;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that the admin API writes. */
@Describe("A file of this gateway's own, written by its admin API.")
@Shorthand("path")
public record StoreSourceConfig(
    @Describe("File, relative to the configuration; store.yaml in runtime.state without it.")
        @Nullable Path path) {}
