package dev.yumen.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as it is written: every file in one text, the overlay included, before values are
 * filled in from variables and files. So it holds no secret that the files do not hold themselves.
 *
 * @param hash as in {@link LoadedConfig#hash}
 * @param yaml without includes
 * @param state the folder that {@code runtime.state} names, whatever else is wrong; null when it is
 *     not written
 */
public record ConfigDocument(String hash, String yaml, @Nullable Path state) {}
