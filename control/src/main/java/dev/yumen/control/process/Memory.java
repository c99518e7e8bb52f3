package dev.yumen.control.process;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.LinkedHashMap;
import java.util.Map;

/** How much memory the process has and how often it was collected. */
public final class Memory {
  private Memory() {}

  /** That of now, in bytes and milliseconds, as maps and numbers. */
  public static Map<String, Object> now() {
    Map<String, Object> memory = new LinkedHashMap<>();
    memory.put("heap", usage(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage()));
    memory.put("non-heap", usage(ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage()));
    Map<String, Object> buffers = new LinkedHashMap<>();
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("count", pool.getCount());
      shown.put("used", pool.getMemoryUsed());
      buffers.put(pool.getName(), shown);
    }
    memory.put("buffers", buffers);
    Map<String, Object> collectors = new LinkedHashMap<>();
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("collections", Math.max(0, gc.getCollectionCount()));
      shown.put("milliseconds", Math.max(0, gc.getCollectionTime()));
      collectors.put(gc.getName(), shown);
    }
    memory.put("collectors", collectors);
    return memory;
  }

  private static Map<String, Object> usage(MemoryUsage usage) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("used", usage.getUsed());
    shown.put("committed", usage.getCommitted());
    if (usage.getMax() >= 0) {
      shown.put("max", usage.getMax());
    }
    return shown;
  }
}
