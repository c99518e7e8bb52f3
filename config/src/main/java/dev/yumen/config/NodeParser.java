package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.SourceFiles.SourceText;
import java.io.FilterReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Makes nodes of YAML text. Goes on after repeated keys, wrong aliases and tags, so that everything
 * wrong with a file is found at once; a syntax error ends the file.
 */
final class NodeParser {
  /** Levels of nesting that a text may have. */
  static final int DEEPEST = 64;

  /** Nodes that aliases may stand for, all together. */
  private static final int MOST_ALIASED = 1_000_000;

  /** How the parser says that the text ended where it must not. */
  private static final Pattern END_OF_FILE = Pattern.compile("stream end|end of stream");

  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setCodePointLimit(SourceFiles.MOST_BYTES).setUseMarks(true).build();

  private final SourceText input;
  private final Problems problems;
  private final Iterator<Event> events;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private final Map<String, String> keys = new HashMap<>();

  /** What has begun and not ended, the innermost last. */
  private final Deque<CollectionStartEvent> open = new ArrayDeque<>();

  private long nodes;
  private long aliased;

  /** The deepest level reached in the node that is being made. */
  private int reached;

  /** A node that aliases can refer to, how many nodes it holds, and how deep they are nested. */
  private record Anchored(Node node, long size, int height) {}

  /** Ends a file; its problem is reported already. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stop() {
      super(null, null, false, false);
    }
  }

  private NodeParser(SourceText input, Problems problems) {
    this.input = input;
    this.problems = problems;
    this.events = new Parse(SETTINGS).parseReader(new Pieces(input.text())).iterator();
  }

  /** The document's node, a null for an empty file; null when it can not be read. */
  static @Nullable Node parse(SourceText input, Problems problems) {
    NodeParser parser = new NodeParser(input, problems);
    try {
      return parser.document();
    } catch (Stop _) {
      return null;
    } catch (MarkedYamlEngineException e) {
      parser.syntax(e);
      return null;
    } catch (ReaderException e) {
      int end = input.text().offsetByCodePoints(0, parser.within(e.getPosition()));
      Place place = SourceFiles.endOf(input.source(), input.text().substring(0, end));
      problems.error(place, "", String.format("control character U+%04X", e.getCodePoint()));
      return null;
    } catch (YamlEngineException e) {
      problems.error(new Place(input.source(), 1, 1), "", "not YAML: " + e.getMessage());
      return null;
    }
  }

  private Node document() {
    Node root = null;
    while (events.hasNext()) {
      Event event = events.next();
      switch (event.getEventId()) {
        case Scalar, SequenceStart, MappingStart, Alias -> {
          if (root != null) {
            problems.error(
                place(event), "", "a second document (expected: one document in a file)");
            throw new Stop();
          }
          root = node((NodeEvent) event, 0);
        }
        case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> {}
        case SequenceEnd, MappingEnd -> throw new IllegalStateException(event.toString());
      }
    }
    return root != null ? root : new Scalar(new Place(input.source(), 1, 1), "", Origin.PLAIN);
  }

  private Node node(NodeEvent event, int depth) {
    checkDepth(event, depth);
    long before = nodes++;
    int outside = reached;
    reached = depth;
    Node node =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar);
          case AliasEvent alias -> alias(alias, depth);
          case MappingStartEvent start -> mapping(start, depth);
          case CollectionStartEvent start -> sequence(start, depth);
          default -> throw new IllegalStateException(event.toString());
        };
    if (!(event instanceof AliasEvent) && event.getAnchor().isPresent()) {
      Anchored anchored = new Anchored(node, nodes - before, reached - depth);
      anchors.put(event.getAnchor().get().getValue(), anchored);
    }
    reached = Math.max(reached, outside);
    return node;
  }

  private Scalar scalar(ScalarEvent event) {
    boolean text = event.getTag().isPresent() && tag(event, event.getTag(), ":str");
    Origin origin = event.isPlain() && !text ? Origin.PLAIN : Origin.QUOTED;
    if (!event.isPlain()) {
      checkCharacters(event);
    }
    return new Scalar(place(event), event.getValue(), origin);
  }

  /** Half a character, which only an escape can write, would be another one once it is stored. */
  private void checkCharacters(ScalarEvent event) {
    String text = event.getValue();
    int at = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        String half = "half a character, \\u%04x".formatted(point);
        String expected = " (expected: whole ones, whose halves are written one after the other)";
        problems.error(place(event), "", half + expected);
        return;
      }
      at += Character.charCount(point);
    }
  }

  private void checkDepth(Event event, int depth) {
    if (depth > DEEPEST) {
      problems.error(place(event), "", "nested more than " + DEEPEST + " deep");
      throw new Stop();
    }
  }

  private Node alias(AliasEvent event, int depth) {
    String name = event.getAlias().getValue();
    Anchored anchored = anchors.get(name);
    if (anchored == null) {
      problems.error(
          place(event), "", "*" + name + " (expected: an anchor &" + name + " before it)");
      return new Scalar(place(event), "", Origin.UNRESOLVED);
    }
    reached = depth + anchored.height();
    checkDepth(event, reached);
    nodes += anchored.size();
    aliased += anchored.size();
    if (aliased > MOST_ALIASED) {
      problems.error(
          place(event), "", "aliases that stand for more than " + MOST_ALIASED + " values");
      throw new Stop();
    }
    return anchored.node();
  }

  private Sequence sequence(CollectionStartEvent start, int depth) {
    open.addLast(start);
    tag(start, start.getTag(), ":seq");
    List<Node> items = new ArrayList<>();
    for (Event next = events.next(); next instanceof NodeEvent item; next = events.next()) {
      items.add(node(item, depth + 1));
    }
    open.removeLast();
    return new Sequence(place(start), List.copyOf(items));
  }

  private Mapping mapping(MappingStartEvent start, int depth) {
    open.addLast(start);
    tag(start, start.getTag(), ":map");
    Map<String, Entry> entries = new HashMap<>();
    List<Entry> order = new ArrayList<>();
    for (Event next = events.next(); next instanceof NodeEvent key; next = events.next()) {
      Node name = node(key, depth + 1);
      Node value = node((NodeEvent) events.next(), depth + 1);
      if (!(name instanceof Scalar scalar)) {
        problems.error(name.place(), "", name.kind() + " as a key (expected: text)");
        continue;
      }
      String text = keys.computeIfAbsent(scalar.text(), same -> same);
      Entry entry = new Entry(scalar.place(), text, value);
      Entry first = entries.putIfAbsent(text, entry);
      if (first == null) {
        order.add(entry);
      } else {
        String earlier = " is written twice (first at " + first.place() + ")";
        problems.error(entry.place(), "", "key " + Text.quoted(text) + earlier);
      }
    }
    open.removeLast();
    return new Mapping(place(start), List.copyOf(order));
  }

  /** Whether a tag is the one that says what the value is anyway; others are problems. */
  private boolean tag(NodeEvent event, Optional<String> tag, String fitting) {
    if (tag.isEmpty() || tag.get().equals("!") || tag.get().endsWith("yaml.org,2002" + fitting)) {
      return true;
    }
    problems.error(place(event), "", "tag " + Text.quoted(tag.get()) + " (expected: no tag)");
    return false;
  }

  private Place place(Event event) {
    return event.getStartMark().map(this::place).orElse(new Place(input.source(), 1, 1));
  }

  private Place place(Mark mark) {
    return new Place(input.source(), mark.getLine() + 1, mark.getColumn() + 1);
  }

  private void syntax(MarkedYamlEngineException e) {
    String context = e.getContext() == null ? "" : e.getContext();
    boolean ended = END_OF_FILE.matcher(e.getProblem()).find();
    CollectionStartEvent inner = open.peekLast();
    if (ended && context.endsWith("quoted scalar")) {
      Place quote = e.getContextMark().map(this::place).orElse(null);
      neverClosed(quote, "a quote", "the same quote");
    } else if (inner == null || !inner.isFlow()) {
      notYaml(e, context, "");
    } else if (ended) {
      boolean mapping = inner instanceof MappingStartEvent;
      neverClosed(place(inner), bracket(inner), Text.quoted(mapping ? "}" : "]"));
    } else {
      Place place = place(inner);
      String where = place.line() + ":" + place.column();
      String hint = "; the " + bracket(inner) + " at " + where + " is not closed yet";
      notYaml(e, context, context.startsWith("while parsing a flow") ? hint : "");
    }
  }

  private void neverClosed(@Nullable Place place, String what, String closing) {
    String expected = " (expected: " + closing + " before the end of the file)";
    problems.error(place, "", what + " that is never closed" + expected);
  }

  private static String bracket(CollectionStartEvent flow) {
    return Text.quoted(flow instanceof MappingStartEvent ? "{" : "[");
  }

  private void notYaml(MarkedYamlEngineException e, String context, String hint) {
    Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
    Place place = mark.map(this::place).orElse(new Place(input.source(), 1, 1));
    StringBuilder message = new StringBuilder("not YAML: ").append(e.getProblem());
    if (!context.isEmpty()) {
      message.append(' ').append(context);
    }
    if (mark.isPresent() && afterDollar(mark.get().getIndex())) {
      message.append(" (a value with ${…} between { } needs quotes)");
    } else {
      message.append(hint);
    }
    problems.error(place, "", message.toString());
  }

  /** Whether a brace right after a dollar sign is at the root of a syntax error. */
  private boolean afterDollar(int codePoint) {
    int index = input.text().offsetByCodePoints(0, within(codePoint));
    return index > 0 && input.text().startsWith("${", index - 1);
  }

  private int within(int codePoint) {
    return Math.clamp(codePoint, 0, input.text().codePointCount(0, input.text().length()));
  }

  /**
   * A text in pieces with room for one more character: when half a character ends a piece, the
   * library puts the other half behind it, and fails where its buffer is full.
   */
  private static final class Pieces extends FilterReader {
    Pieces(String text) {
      super(new StringReader(text));
    }

    @Override
    public int read(char[] into, int offset, int length) throws IOException {
      return super.read(into, offset, Math.max(1, length - 1));
    }
  }
}
