package dev.yumen.filters.observe;

import dev.yumen.api.file.RotatingFile;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/** Where batches of log lines go. Used by one thread. */
interface LogDestination extends Closeable {

  /** Writes whole lines. When it throws, as little as possible of them was written. */
  void write(byte[] bytes, int length) throws IOException;

  /** How many bytes a batch may have so that no file grows over its size. */
  long room();

  static LogDestination standardOutput() {
    FileOutputStream output = new FileOutputStream(FileDescriptor.out);
    return new LogDestination() {
      @Override
      public void write(byte[] bytes, int length) throws IOException {
        output.write(bytes, 0, length);
      }

      @Override
      public long room() {
        return Long.MAX_VALUE;
      }

      @Override
      public void close() {} // standard output is the process', not ours

      @Override
      public String toString() {
        return "standard output";
      }
    };
  }

  static LogDestination file(RotatingFile file) {
    return new LogDestination() {
      @Override
      public void write(byte[] bytes, int length) throws IOException {
        file.write(bytes, length);
      }

      @Override
      public long room() {
        return file.room();
      }

      @Override
      public void close() throws IOException {
        file.close();
      }

      @Override
      public String toString() {
        return file.toString();
      }
    };
  }
}
