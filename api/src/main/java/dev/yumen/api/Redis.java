package dev.yumen.api;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A Redis that several gateways share, by its name in the configuration. Any thread; nothing here
 * waits.
 */
public interface Redis {

  /** The name under the top-level {@code redis}. */
  String name();

  /**
   * Whether it makes sense to ask now: there is a connection, and the last calls were answered. A
   * read of memory. A call may still fail after it was true.
   */
  boolean available();

  /**
   * Runs a script, in one step as far as all other users of this Redis can see.
   *
   * <p>The stage completes within the {@code timeout} of the settings: with what the script
   * returned, which must be a list of integers, or with a {@link RedisFailure} and nothing else.
   * When there is no connection it is complete before this returns. It completes on a thread of the
   * connection, which must not be kept from its work for long; a filter gives it to {@link
   * Verdict#await}, which brings it back to the event loop.
   *
   * <p>A script is sent at most once: after a failure it has run once, or never.
   *
   * @param keys every key that the script touches. In a cluster all of one call must be in one
   *     slot, which those with the same part in braces are: {@code limit:{alice}:1}
   * @param arguments further texts, {@code ARGV} in the script
   */
  CompletionStage<List<Long>> run(RedisScript script, List<String> keys, List<String> arguments);

  /**
   * As {@link #run}, for a script that returns a list of texts. What stands in Redis is read as
   * UTF-8; a script that returns what it found there looks at its length first, as nothing else
   * bounds the answer.
   */
  CompletionStage<List<String>> runForTexts(
      RedisScript script, List<String> keys, List<String> arguments);
}
