package org.popcornreplay.tracer;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/**
 * While a program is recorded, Ctrl-C is the program's: the terminal sends it to both, and the
 * recorder must live on to finish the trace. SIGTERM is passed on. The JDK has no supported
 * interface for signals; where {@code sun.misc.Signal} is missing, they do what they always do.
 */
final class InterruptSignals {
  private final List<Object> replaced = new ArrayList<>();
  private final List<Object> signals = new ArrayList<>();

  private InterruptSignals() {}

  /** What happens from now on at Ctrl-C and where somebody ends us. */
  static InterruptSignals leaveTo(Runnable interrupted, Runnable terminated) {
    InterruptSignals all = new InterruptSignals();
    all.handle("INT", interrupted);
    all.handle("TERM", terminated);
    return all;
  }

  void restore() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      for (int i = 0; i < signals.size(); i++) {
        signal.getMethod("handle", signal, handler).invoke(null, signals.get(i), replaced.get(i));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler invoked =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              action.run();
            }
            return null;
          };
      Object to =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, invoked);
      Object number = signal.getConstructor(String.class).newInstance(name);
      Object before = signal.getMethod("handle", signal, handler).invoke(null, number, to);
      signals.add(number);
      replaced.add(before);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // Signals keep their usual effect.
    }
  }
}
