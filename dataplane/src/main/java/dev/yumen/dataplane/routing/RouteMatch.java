package dev.yumen.dataplane.routing;

import dev.yumen.config.RouteConfig.Ambiguous;
import dev.yumen.dataplane.routing.PathPattern.Kind;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a look into a {@link RouteTable} gave, and the state of the look. Reusable; used by one
 * thread at a time. What it says of the path holds as long as the target does.
 */
public final class RouteMatch<T> {
  private @Nullable RoutingRequest request;
  private @Nullable Entry<T> best;
  private int bestForm;
  private long floorHigh;
  private long floorLow;
  private boolean settled;

  private byte[] path = Target.ROOT;
  private int pathStart;
  private int pathEnd;
  private int forms;
  private int pathHash;
  private boolean hashed;

  private final byte[] host = new byte[Hosts.LONGEST];
  private final PathView view = new PathView();
  private boolean collecting;

  /** Where a walk is reviewed; null on the way of requests. */
  private final @Nullable Recorder<T> recorder;

  private @Nullable Set<String> methods;

  public RouteMatch() {
    this(null);
  }

  RouteMatch(@Nullable Recorder<T> recorder) {
    this.recorder = recorder;
  }

  /** Whether the last look found a rule. */
  public boolean isMatch() {
    return best != null;
  }

  /** The rule found; there must be one. */
  public Rule<T> rule() {
    return found().rule;
  }

  /** The payload of the rule found; there must be one. */
  public T payload() {
    return found().rule.payload();
  }

  /**
   * An ambiguous form in the path that the rule found does not allow: the request gets 400. Null
   * when there is none.
   */
  public @Nullable Ambiguous refused() {
    return request().target().refused(found().rule.allow());
  }

  /** The array that holds the path as it was matched: these bytes go upstream. */
  public byte[] path() {
    return path;
  }

  public int pathStart() {
    return pathStart;
  }

  public int pathEnd() {
    return pathEnd;
  }

  /** The path as it was matched. */
  public String pathText() {
    return new String(path, pathStart, pathEnd - pathStart, StandardCharsets.ISO_8859_1);
  }

  /** The variables of the rule's path, percent-decoded; made at each call. */
  public Map<String, String> pathVariables() {
    return found().path.variables(path, pathStart, pathEnd);
  }

  /**
   * After a look that found nothing: the methods of rules that would have matched with one of them,
   * for 405 and {@code Allow} (RFC 9110 §15.5.6). Empty means 404.
   */
  public Set<String> otherMethods() {
    return methods == null ? Set.of() : methods;
  }

  /** Lets go of the last request and rule. */
  public void clear() {
    request = null;
    best = null;
    methods = null;
    path = Target.ROOT;
    pathStart = 0;
    pathEnd = 1;
  }

  private Entry<T> found() {
    if (best == null) {
      throw new IllegalStateException("no rule matched");
    }
    return best;
  }

  private RoutingRequest request() {
    if (request == null) {
      throw new IllegalStateException("no request");
    }
    return request;
  }

  void begin(RoutingRequest next) {
    request = next;
    best = null;
    methods = null;
    collecting = false;
    floorHigh = Long.MIN_VALUE;
    floorLow = Long.MIN_VALUE;
    settled = false;
  }

  /** From now on rules that all but match for their method are collected. */
  void collectMethods() {
    collecting = true;
  }

  /** Settles on the path of the rule found. */
  void end() {
    if (best != null) {
      use(bestForm);
    }
  }

  /** Copies the request's host; its length, 0 for none. */
  int copyHost() {
    return Hosts.copy(request(), host);
  }

  byte[] host() {
    return host;
  }

  /** The next host is less specific: only a higher priority can still win. */
  void nextHost() {
    if (best != null) {
      floorHigh = ((long) best.priority() << 32) | 0xffffffffL;
      floorLow = Long.MAX_VALUE;
      settled = true;
    }
  }

  /** Looks at one of the target's two normal forms, for rules of the forms given. */
  void use(int nextForms) {
    Target target = request().target();
    forms = nextForms;
    hashed = false;
    settled = false;
    if (nextForms == Entry.UNMERGED) {
      path = target.unmergedPath();
      pathStart = target.unmergedPathStart();
      pathEnd = target.unmergedPathEnd();
    } else {
      path = target.path();
      pathStart = target.pathStart();
      pathEnd = target.pathEnd();
    }
  }

  int pathHash() {
    if (!hashed) {
      pathHash = ByteMap.hash(path, pathStart, pathEnd);
      hashed = true;
    }
    return pathHash;
  }

  CharSequence view() {
    view.bytes = path;
    view.start = pathStart;
    view.end = pathEnd;
    return view;
  }

  /** Whether a rule of this priority could still win. */
  boolean wants(int priority) {
    long floor = floorHigh >> 32;
    return priority > floor || (priority == floor && !settled);
  }

  /**
   * Takes the first rule of the node that matches, if it outranks what was found so far.
   *
   * @param atEnd whether the path ends at this node
   */
  void offer(PathNode<T> node, boolean atEnd) {
    Entry<T> entry = node.first();
    Pivot<T> pivot = node.pivot();
    if (pivot != null && entry != null && entry.outranks(floorHigh, floorLow)) {
      if (recorder != null) {
        offer(node.entries(), atEnd);
        return;
      }
      offer(pivot.asking(request()), atEnd);
      offer(pivot.rest(), atEnd);
      return;
    }
    for (int i = 1; entry != null && entry.outranks(floorHigh, floorLow); i++) {
      if (takes(entry, atEnd)) {
        return;
      }
      entry = i < node.count() ? node.entry(i) : null;
    }
  }

  private void offer(List<Entry<T>> ranked, boolean atEnd) {
    for (int i = 0; i < ranked.size(); i++) {
      Entry<T> entry = ranked.get(i);
      if (!entry.outranks(floorHigh, floorLow) || takes(entry, atEnd)) {
        return;
      }
    }
  }

  private boolean takes(Entry<T> entry, boolean atEnd) {
    boolean applies =
        (entry.form & forms) != 0 && (atEnd || entry.kindRank() != Kind.TEMPLATE.rank());
    if (!applies || !(collecting ? collect(entry) : matches(entry))) {
      return false;
    }
    best = entry;
    bestForm = forms;
    floorHigh = entry.high;
    floorLow = entry.low;
    // a template found first has the literals furthest left; a prefix may yet be outdone
    settled = entry.kindRank() >= Kind.TEMPLATE.rank();
    return true;
  }

  private boolean matches(Entry<T> entry) {
    return (entry.methods == null || entry.methods.test(request()))
        && entry.passesAllButMethod(this, request());
  }

  private boolean collect(Entry<T> entry) {
    if (recorder != null) {
      recorder.see(entry, entry.misses(this, request()));
      return false;
    }
    if (entry.methods != null && entry.passesAllButMethod(this, request())) {
      if (methods == null) {
        methods = new LinkedHashSet<>();
      }
      methods.addAll(entry.methods.methods());
    }
    return false;
  }

  /** The path as characters; it is ASCII. */
  private static final class PathView implements CharSequence {
    private byte[] bytes = Target.ROOT;
    private int start;
    private int end = 1;

    @Override
    public int length() {
      return end - start;
    }

    @Override
    public char charAt(int index) {
      return (char) bytes[start + index];
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return toString().substring(from, to);
    }

    @Override
    public String toString() {
      return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }
  }
}
