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

/** One run of a script: by its digest first, and with its text when the server does not know it. */
final class ScriptCall {
  private static final String[] NONE = {};

  private final CompletableFuture<List<Long>> answer = new CompletableFuture<>();

  private ScriptCall() {}

  static CompletableFuture<List<Long>> send(
      RedisScriptingAsyncCommands<String, String> to,
      RedisScript script,
      List<String> keys,
      List<String> arguments) {
    ScriptCall call = new ScriptCall();
    String[] names = keys.toArray(NONE);
    String[] values = arguments.toArray(NONE);
    RedisFuture<List<Object>> sent =
        to.evalsha(script.sha1(), ScriptOutputType.MULTI, names, values);
    sent.whenComplete(
        (list, failure) -> {
          if (failure instanceof RedisNoScriptException && !call.answer.isDone()) {
            call.follow(to.eval(script.text(), ScriptOutputType.MULTI, names, values));
          } else {
            call.end(list, failure);
          }
        });
    call.cancelWithAnswer(sent);
    return call.answer;
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
    List<Long> numbers = new ArrayList<>();
    for (Object item : list == null ? List.of() : list) {
      if (!(item instanceof Long number)) {
        answer.completeExceptionally(new RedisFailure(Reason.GARBAGE, "not a list of integers"));
        return;
      }
      numbers.add(number);
    }
    answer.complete(numbers);
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
