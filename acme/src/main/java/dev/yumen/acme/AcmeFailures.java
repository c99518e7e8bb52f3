package dev.yumen.acme;

import dev.yumen.dataplane.observe.AcmeMetrics.Outcome;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.exception.AcmeUserActionRequiredException;

/** What the libraries throw, as what it means. */
final class AcmeFailures {
  private AcmeFailures() {}

  static OrderFailed of(Exception failure) {
    return switch (failure) {
      case AcmeLazyLoadingException lazy when lazy.getCause() instanceof AcmeException cause ->
          of(cause);
      case AcmeRateLimitedException limited ->
          new OrderFailed(
              Outcome.RATE_LIMITED,
              "it asks for patience: " + text(limited.getProblem()),
              limited.getRetryAfter().orElse(null));
      case AcmeUserActionRequiredException action ->
          new OrderFailed(
              Outcome.FAILED,
              "you have to do something first: "
                  + text(action.getProblem())
                  + action
                      .getTermsOfServiceUri()
                      .map(terms -> " (terms of service: " + terms + ")")
                      .orElse(""));
      case AcmeServerException server ->
          new OrderFailed(Outcome.FAILED, "it refused: " + text(server.getProblem()));
      case AcmeNetworkException network when network.getCause() instanceof IOException cause ->
          new OrderFailed(Outcome.UNREACHABLE, "it can not be reached: " + reason(cause));
      case IOException storage ->
          new OrderFailed(Outcome.STORAGE, "the storage can not be used: " + storage);
      case AcmeException other when "Timeout has been reached".equals(other.getMessage()) ->
          new OrderFailed(Outcome.FAILED, "it came to no end within some minutes");
      case AcmeException other ->
          new OrderFailed(Outcome.UNREACHABLE, "it gave no sensible answer: " + other.getMessage());
      default -> new OrderFailed(Outcome.UNREACHABLE, "it gave no sensible answer: " + failure);
    };
  }

  private static String reason(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String known = known(cause);
      if (known != null) {
        return known;
      }
    }
    return failure instanceof ConnectException || failure.getCause() instanceof ConnectException
        ? "no connection is accepted"
        : String.valueOf(failure.getMessage());
  }

  private static @Nullable String known(Throwable cause) {
    return switch (cause) {
      case UnresolvedAddressException _, UnknownHostException _ -> "its name is unknown";
      case SSLException tls -> "its certificate or its TLS is not accepted: " + tls.getMessage();
      case HttpTimeoutException _ -> "it does not answer";
      default -> null;
    };
  }

  /** What an authority says is wrong, with what it says of single names. */
  static String text(Problem problem) {
    String own =
        problem.getDetail().or(problem::getTitle).orElseGet(() -> problem.getType().toString());
    String more =
        problem.getSubProblems().stream()
            .map(each -> each.getDetail().orElseGet(() -> each.getType().toString()))
            .collect(Collectors.joining("; "));
    return oneLine(more.isEmpty() ? own : own + " (" + more + ")");
  }

  /** A stranger wrote it, and it goes into the log. */
  private static String oneLine(String text) {
    String printable = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
    return printable.length() > 500 ? printable.substring(0, 500) + "…" : printable;
  }
}
