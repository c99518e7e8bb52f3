package dev.yumen.dataplane.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateRegistryTest {
  private final StateRegistry registry = new StateRegistry();
  private final List<Object> dropped = new ArrayList<>();

  private StateRegistry.Handle<Object> hold(String key) {
    return registry.hold(Object.class, key, Object::new, dropped::add);
  }

  @Test
  void oneKeyIsOneObjectUntilTheLastHolderLetsGo() {
    StateRegistry.Handle<Object> first = hold("a");
    StateRegistry.Handle<Object> second = hold("a");
    assertSame(first.value(), second.value());
    assertEquals(1, registry.size());
    first.release();
    assertEquals(List.of(), dropped);
    assertSame(second.value(), hold("a").value());
    second.release();
    assertEquals(1, registry.size());
  }

  @Test
  void whatIsHeldAgainAfterTheLastIsNew() {
    StateRegistry.Handle<Object> first = hold("a");
    first.release();
    assertEquals(List.of(first.value()), dropped);
    assertEquals(0, registry.size());
    assertNotSame(first.value(), hold("a").value());
  }

  @Test
  void makingOneMayHoldAnother() {
    StateRegistry.Handle<Object> outer =
        registry.hold(Object.class, "outer", () -> hold("inner"), dropped::add);
    assertEquals(2, registry.size());
    outer.release();
    assertEquals(1, registry.size());
  }

  @Test
  void whatCanNotBeMadeIsNotHeld() {
    assertThrows(
        IllegalStateException.class,
        () ->
            registry.hold(
                Object.class,
                "a",
                () -> {
                  throw new IllegalStateException("no");
                },
                dropped::add));
    assertEquals(0, registry.size());
  }

  @Test
  void aKeyOfAnotherTypeIsRefusedAndNotCounted() {
    StateRegistry.Handle<Object> text =
        registry.hold(Object.class, "a", () -> "text", dropped::add);
    assertThrows(
        ClassCastException.class, () -> registry.hold(Integer.class, "a", () -> 1, dropped::add));
    text.release();
    assertEquals(0, registry.size());
  }
}
