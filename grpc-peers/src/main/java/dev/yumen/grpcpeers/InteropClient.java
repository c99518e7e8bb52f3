package dev.yumen.grpcpeers;

import io.grpc.testing.integration.TestServiceClient;
import java.util.Arrays;
import java.util.List;

/**
 * Runs several cases of the interop client in one process: {@code InteropClient case,case,…
 * --option=…}, where the options are those of {@link TestServiceClient}.
 */
public final class InteropClient {
  private InteropClient() {}

  /** Prints one line for each case: {@code PASSED case}, or {@code FAILED case: why}. */
  @SuppressWarnings("CatchingUnchecked") // a case fails by whatever it throws
  public static void main(String[] arguments) {
    List<String> cases = List.of(arguments[0].split(",", -1));
    String[] options = Arrays.copyOfRange(arguments, 1, arguments.length + 1);
    for (String each : cases) {
      options[options.length - 1] = "--test_case=" + each;
      try {
        TestServiceClient.main(options);
        System.out.println("PASSED " + each);
      } catch (Exception | AssertionError e) {
        System.out.println("FAILED " + each + ": " + e.toString().replace('\n', ' '));
      }
    }
    System.exit(0); // threads of a failed case may be left
  }
}
