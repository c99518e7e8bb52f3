package dev.yumen.api;

/**
 * On a filter: its request step only looks at the exchange and edits it. It counts nothing, calls
 * nobody, keeps nothing and never waits, so that running it twice is running it once.
 *
 * <p>{@code explain} runs such a step on an exchange without client and upstream, and tells what
 * became of the exchange. Any thread. See {@link Explains} for filters that do more.
 */
public interface LooksOnly {}
