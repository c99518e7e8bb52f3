package dev.yumen.app;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Handlers for signals of the operating system. The JDK has them in {@code sun.misc} alone, and
 * javac warns about a use of that name wherever it stands, which our build takes as an error; hence
 * the reflection.
 */
final class Signals {
  private Signals() {}

  /**
   * Calls this on a thread of its own each time the signal comes, instead of what the JVM does.
   *
   * @param name without SIG, such as TERM
   * @return false when this system does not have the signal, or the JVM keeps it for itself
   */
  static boolean on(String name, Runnable handler) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  handler.run();
                  return null;
                }
                return method.invoke(handler, arguments);
              });
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, proxy);
      return true;
    } catch (InvocationTargetException e) {
      return false;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no sun.misc.Signal in this JDK", e);
    }
  }

  /** Sends a signal that has a handler to this process. */
  static void raise(String name) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      signalType.getMethod("raise", signalType).invoke(null, signal);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("SIG" + name + " can not be raised", e);
    }
  }
}
