package dev.yumen.dataplane.http1;

/** Takes the fields of a head as they were read, as ranges of {@link HeadTable#bytes}. */
@FunctionalInterface
public interface WireFieldSink {
  void field(int nameStart, int nameEnd, int valueStart, int valueEnd);
}
