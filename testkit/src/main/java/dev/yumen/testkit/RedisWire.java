package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.StringJoiner;

/** A connection to a Redis on 127.0.0.1 that sends commands and shows answers as text (RESP 2). */
public final class RedisWire implements AutoCloseable {
  private static final int PATIENCE = (int) Duration.ofSeconds(10).toMillis();

  private final Socket socket;
  private final InputStream in;

  private RedisWire(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  public static RedisWire connect(int port) {
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(PATIENCE);
      return new RedisWire(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("no Redis on port " + port, e);
    }
  }

  /** The answer: a list as {@code [a, b]}, an error with its leading minus, none as {@code nil}. */
  public String ask(String... words) {
    StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      command.append('$').append(word.getBytes(UTF_8).length).append("\r\n");
      command.append(word).append("\r\n");
    }
    try {
      socket.getOutputStream().write(command.toString().getBytes(UTF_8));
      return answer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String answer() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', ':' -> rest;
      case '-' -> line;
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> list(Integer.parseInt(rest));
      default -> throw new AssertionError("not of Redis: " + line);
    };
  }

  private String bulk(int length) throws IOException {
    if (length < 0) {
      return "nil";
    }
    String text = new String(in.readNBytes(length), UTF_8);
    line();
    return text;
  }

  private String list(int size) throws IOException {
    StringJoiner items = new StringJoiner(", ", "[", "]");
    for (int i = 0; i < size; i++) {
      items.add(answer());
    }
    return items.toString();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b; (b = in.read()) != '\r'; ) {
      if (b < 0) {
        throw new EOFException();
      }
      line.append((char) b);
    }
    in.read();
    return line.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
