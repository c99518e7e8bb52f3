package dev.yumen.filters.jwt;

/** What reading a token yields: its parts, or why it is refused. */
sealed interface Parsed permits CompactJws, Refusal {}
