package dev.yumen.redis;

import dev.yumen.api.RedisFailure;
import dev.yumen.api.RedisFailure.Reason;
import dev.yumen.api.RedisScript;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.protocol.RedisProtocolException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One run of a script: by its digest first, and with its text when the server does not know it.
 *
 * @param <T> what its answer is a list of
 */
final class ScriptCall<T> {
  private static final String[] NONE = {};

  private final CompletableFuture<List<T>> answer = new CompletableFuture<>();
  private final RedisScript script;
  private final String[] keys;
  private final String[] arguments;
  private final Class<T> items;

  ScriptCall(RedisScript script, List<String> keys, List<String> arguments, Class<T> items) {
    this.script = script;
    this.keys = keys.toArray(NONE);
    this.arguments = arguments.toArray(NONE);
    this.items = items;
  }

  /** To be called once. */
  CompletableFuture<List<T>> send(RedisScriptingAsyncCommands<String, String> to) {
    RedisFuture<List<Object>> sent =
        to.evalsha(script.sha1(), ScriptOutputType.MULTI, keys, arguments);
    sent.whenComplete(
        (list, failure) -> {
          if (failure instanceof RedisNoScriptException && !answer.isDone()) {
            follow(to.eval(script.text(), ScriptOutputType.MULTI, keys, arguments));
          } else {
            end(list, failure);
          }
        });
    cancelWithAnswer(sent);
    return answer;
  }

  private void follow(RedisFuture<List<Object>> sent) {
    sent.whenComplete(this::end);
    cancelWithAnswer(sent);
  }

  /** What timed out before it was sent is not sent any more. */
  private void cancelWithAnswer(RedisFuture<?> sent) {
    answer.whenComplete(
        (list, failure) -> {
          if (failure instanceof TimeoutException) {
            sent.cancel(true);
          }
        });
  }

  private void end(@Nullable List<Object> list, @Nullable Throwable failure) {
    if (failure != null) {
      answer.completeExceptionally(failure);
      return;
    }
    List<T> all = new ArrayList<>();
    for (Object item : list == null ? List.of() : list) {
      if (!items.isInstance(item)) {
        String expected = items == Long.class ? "integers" : "texts";
        answer.completeExceptionally(new RedisFailure(Reason.GARBAGE, "not a list of " + expected));
        return;
      }
      all.add(items.cast(item));
    }
    answer.complete(all);
  }

  private static RedisFailure other(Throwable cause) {
    boolean connection =
        cause instanceof IOException
            || cause instanceof CancellationException
            || (cause instanceof RedisException && !(cause instanceof RedisProtocolException));
    return new RedisFailure(connection ? Reason.GONE : Reason.GARBAGE, LinkEvents.words(cause));
  }

  /** What a failure means to whoever made the call. */
  static RedisFailure failure(Throwable cause) {
    return switch (cause) {
      case RedisFailure known -> known;
      case TimeoutException _ -> new RedisFailure(Reason.TIMEOUT, "no answer in time");
      case CompletionException wrapped when wrapped.getCause() != null ->
          failure(wrapped.getCause());
      case RedisReadOnlyException e -> new RedisFailure(Reason.GONE, LinkEvents.words(e));
      case RedisLoadingException e -> new RedisFailure(Reason.GONE, LinkEvents.words(e));
      case RedisCommandExecutionException e -> new RedisFailure(Reason.ERROR, LinkEvents.words(e));
      default -> other(cause);
    };
  }
}
