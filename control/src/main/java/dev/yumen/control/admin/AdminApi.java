package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig;
import dev.yumen.dataplane.admin.AdminAnswer;
import dev.yumen.dataplane.admin.AdminHandler;
import dev.yumen.dataplane.admin.AdminRequest;
import dev.yumen.dataplane.audit.AuditTrail;
import dev.yumen.dataplane.audit.BoundedTrail;
import dev.yumen.dataplane.observe.AdminMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests of the admin port: finds out who asks, what for, and whether they may. Whatever
 * is not of the API is a file of the dashboard, which needs no token.
 */
public final class AdminApi implements AdminHandler {
  /** What all of it stands under. */
  static final String PREFIX = "/api/v1";

  private final Supplier<AdminConfig> settings;
  private final AuditTrail audit;
  private final AuditTrail auditOfStrangers;
  private final AdminMetrics metrics;
  private final Guard guard = new Guard();
  private final Pages pages = new Pages();
  private final List<Resource> resources;

  /**
   * @param settings those that are live
   * @param audit takes note of who was refused
   * @param metrics count whatever was refused
   * @param groups what can be asked for; the first resource that fits a request answers it
   */
  public AdminApi(
      Supplier<AdminConfig> settings,
      AuditTrail audit,
      AdminMetrics metrics,
      List<? extends Resources> groups) {
    this.settings = settings;
    this.audit = audit;
    this.metrics = metrics;
    this.auditOfStrangers = new BoundedTrail(audit, System::nanoTime);
    List<Resource> all = new ArrayList<>();
    groups.forEach(group -> all.addAll(group.all()));
    all.add(
        Resource.view(
            "/openapi.json",
            Reach.SAME,
            "This description.",
            call -> Answers.json(OpenApi.document(all))));
    this.resources = all;
  }

  @Override
  public AdminAnswer answer(AdminRequest request) {
    Caller caller = null;
    try {
      if (!request.path().equals(PREFIX) && !request.path().startsWith(PREFIX + "/")) {
        Guard.checkHost(request, settings.get());
        return AdminAnswer.of(pages.answer(request));
      }
      caller = guard.admit(request, settings.get());
      return answer(request, caller);
    } catch (Refused refused) {
      metrics.refused(refused.error().name());
      takeNote(request, caller, refused);
      boolean all = caller == null || caller.scope().all();
      return AdminAnswer.of(refusal(all ? refused : refused.forWorkspace()));
    }
  }

  /** Only of who is let in, so that nobody else takes the room there is for bodies. */
  @Override
  public boolean readsBodyOf(AdminRequest head) {
    return Guard.isKnown(head, settings.get());
  }

  private AdminAnswer answer(AdminRequest request, Caller caller) throws Refused {
    String path = request.path().substring(PREFIX.length());
    String method = request.method().equals("HEAD") ? "GET" : request.method();
    Set<String> others = new LinkedHashSet<>();
    for (Resource resource : resources) {
      Map<String, String> variables = resource.match(path);
      if (variables != null && resource.method().equals(method)) {
        return answer(request, caller, resource, variables);
      }
      if (variables != null) {
        others.add(resource.method());
      }
    }
    if (others.isEmpty()) {
      throw new Refused(AdminError.NOT_FOUND, request.path());
    }
    String allowed = String.join(", ", others);
    throw new Refused(
        AdminError.METHOD_NOT_ALLOWED, request.method() + " (expected: " + allowed + ")");
  }

  private static AdminAnswer answer(
      AdminRequest request, Caller caller, Resource resource, Map<String, String> encoded)
      throws Refused {
    if (!caller.may(resource.role())) {
      throw new Refused(
          AdminError.FORBIDDEN,
          "the role "
              + name(caller.role())
              + " (expected: at least "
              + name(resource.role())
              + ")");
    }
    if (resource.reach() == Reach.NONE && !caller.scope().all()) {
      throw new Refused(
          AdminError.FORBIDDEN, "a token of a workspace (expected: one for the whole gateway)");
    }
    Map<String, String> variables = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : encoded.entrySet()) {
      variables.put(entry.getKey(), Call.decoded(entry.getValue().replace("+", "%2B")));
    }
    Map<String, String> query = Call.query(request.query());
    for (String parameter : query.keySet()) {
      if (!resource.parameters().containsKey(parameter)) {
        String known = String.join(", ", resource.parameters().keySet());
        throw new Refused(
            AdminError.BAD_REQUEST,
            "parameter \"%s\" (known: %s)".formatted(parameter, known.isEmpty() ? "none" : known));
      }
    }
    return resource.answer().sent(new Call(request, caller, variables, query));
  }

  private static String name(AdminConfig.Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  private static Response refusal(Refused refused) {
    Response answer = Answers.problem(refused);
    return switch (refused.error()) {
      case AUTH_MISSING -> answer.header("www-authenticate", "Bearer realm=\"yumen\"");
      case AUTH_INVALID ->
          answer.header("www-authenticate", "Bearer realm=\"yumen\", error=\"invalid_token\"");
      case RATE_LIMITED -> answer.header("retry-after", String.valueOf(refused.retryAfter()));
      default -> answer;
    };
  }

  /** Of those who must not, and of whatever would have changed something. */
  private void takeNote(AdminRequest request, @Nullable Caller caller, Refused refused) {
    boolean turnedAway =
        switch (refused.error()) {
          case AUTH_MISSING, AUTH_INVALID, FORBIDDEN, MISDIRECTED_REQUEST, RATE_LIMITED -> true;
          default -> !Guard.isRead(request.method());
        };
    if (turnedAway) {
      Map<String, Object> what = new LinkedHashMap<>();
      if (caller == null) {
        what.put("by", "unknown");
      } else {
        caller.noteTo(what);
      }
      what.put("client", request.peer().getHostAddress());
      what.put("method", request.method());
      what.put("path", request.path());
      what.put("code", refused.error().name());
      (caller == null ? auditOfStrangers : audit).record("admin-refused", what);
    }
  }
}
