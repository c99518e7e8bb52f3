package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.control.process.Memory;
import dev.yumen.control.process.Recordings;
import dev.yumen.control.process.Threads;
import dev.yumen.dataplane.admin.AdminAnswer;
import dev.yumen.dataplane.audit.AuditTrail;
import dev.yumen.dataplane.observe.Metrics;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the admin API tells of the process: memory, threads, and where its time goes. */
public final class ProcessResources implements Resources {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessResources.class);

  private final Metrics metrics;
  private final AuditTrail audit;
  private final Recordings recordings = new Recordings();

  public ProcessResources(Metrics metrics, AuditTrail audit) {
    this.metrics = metrics;
    this.audit = audit;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        Resource.view("/memory", Reach.NONE, "Memory and its collection.", call -> memory()),
        new Resource(
                "GET",
                "/threads",
                Role.OPERATOR,
                Reach.NONE,
                "What each thread does now, virtual ones too.",
                Map.of(),
                ProcessResources::threads)
            .with("format", "text or json; text by default."),
        new Resource(
                "POST",
                "/profile",
                Role.ADMIN,
                Reach.NONE,
                "Records what the process does (JFR) and gives the file.",
                Map.of(),
                ((Resource.Streamed) this::profile).answer())
            .with("seconds", "How long, 1 to 120; 10 by default."));
  }

  private Response memory() {
    Map<String, Object> memory = Memory.now();
    memory.put("traffic-buffers", metrics.bufferMemory());
    return Answers.json(memory);
  }

  private static Response threads(Call call) throws Refused {
    String format = call.parameter("format");
    boolean json = "json".equals(format);
    if (format != null && !json && !format.equals("text")) {
      throw new Refused(AdminError.BAD_REQUEST, "format: " + format + " (expected: text or json)");
    }
    try {
      String dump = Threads.dump(json);
      return Answers.text(json ? "application/json" : "text/plain; charset=utf-8", dump);
    } catch (IOException e) {
      LOG.warn("threads can not be written down: {}", e.toString());
      throw new Refused(AdminError.UNAVAILABLE, "threads can not be written down now");
    }
  }

  private AdminAnswer.Stream profile(Call call) throws Refused {
    int seconds = call.number("seconds", 10, 1, 120);
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("by", call.caller().name());
    what.put("seconds", seconds);
    audit.record("profile", what);
    Recordings.Recorded recorded;
    try {
      recorded = recordings.record(seconds);
    } catch (IOException | IllegalStateException e) {
      LOG.warn("nothing can be recorded: {}", e.toString());
      throw new Refused(AdminError.UNAVAILABLE, "nothing can be recorded now");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new Refused(AdminError.UNAVAILABLE, "the gateway stops");
    }
    if (recorded == null) {
      throw new Refused(AdminError.UNAVAILABLE, "another recording is under way");
    }
    Response head =
        Answers.head("application/octet-stream")
            .header("content-disposition", "attachment; filename=\"recording.jfr\"");
    return new AdminAnswer.Stream(head, to -> recorded.pieces(to::send));
  }
}
