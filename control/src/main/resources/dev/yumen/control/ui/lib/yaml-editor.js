// A text field for YAML: CodeMirror, fetched when it is first needed, with completion out of the schema.
import { get } from './api.js';
import { suggestions } from './yaml-complete.js';

let library = null;

function element(tag, fields, done) {
  return new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement(tag), fields);
    made.onload = () => resolve(done?.());
    made.onerror = () => reject(new Error(fields.src || fields.href));
    document.head.append(made);
  });
}

const file = (name) => new URL('../vendor/' + name, import.meta.url).href;
const style = (name) => element('link', { rel: 'stylesheet', href: file(name) });
const script = (name) => element('script', { src: file(name) });

function load() {
  library ??= (async () => {
    await Promise.all([style('codemirror.css'), style('cm-show-hint.css'), script('codemirror.js')]);
    await Promise.all([script('cm-yaml.js'), script('cm-show-hint.js')]);
    return globalThis.CodeMirror;
  })();
  return library;
}

/** {text, replace, mark, goTo, find, close} of an editor in this place. */
export async function openEditor(place, text, onChange) {
  const CodeMirror = await load();
  const schema = get('/schema').catch(() => null);
  place.replaceChildren();
  const view = CodeMirror(place, {
    value: text, mode: 'yaml', lineNumbers: true, indentUnit: 2, tabSize: 2, indentWithTabs: false, viewportMargin: 20,
    screenReaderLabel: 'YAML',
    extraKeys: {
      'Ctrl-Space': (cm) => complete(cm, schema),
      // Tab goes on to what is next on the page, as everywhere; Ctrl-] indents.
      Tab: false, 'Shift-Tab': false,
    },
  });
  view.on('change', onChange);
  view.on('inputRead', (cm, change) => {
    if (/^[a-z-]$/.test(change.text[0]) && !cm.state.completionActive) {
      complete(cm, schema);
    }
  });
  return actions(view, place);
}

function actions(view, place) {
  let marks = [];
  const clear = () => {
    marks.forEach((undo) => undo());
    marks = [];
  };
  const tint = (line, kind) => {
    view.addLineClass(line, 'wrap', kind);
    marks.push(() => view.removeLineClass(line, 'wrap', kind));
  };
  const goTo = (line, column) => {
    view.focus();
    view.setCursor({ line: line - 1, ch: Math.max(0, column - 1) });
    view.scrollIntoView(null, 120);
  };
  return {
    text: () => view.getValue(),
    replace: (text) => view.setValue(text),
    close: () => place.replaceChildren(),
    goTo,
    mark: (problems) => {
      clear();
      problems.slice(0, 500).filter((one) => one.line > 0 && one.line <= view.lineCount()).forEach((one) => {
        const kind = one.severity === 'error' ? 'error' : 'warning';
        const line = one.line - 1;
        tint(line, 'line-' + kind);
        const from = { line, ch: Math.max(0, (one.column || 1) - 1) };
        const under = view.markText(from, { line, ch: view.getLine(line).length }, { className: 'mark-' + kind, title: one.message });
        marks.push(() => under.clear());
      });
    },
    find: (id, line) => {
      const lines = view.getValue().split('\n');
      const plain = (text) => text.replace(/["']/g, '');
      const names = (text) => new RegExp('\\bid:\\s*' + escaped(id) + '(?![\\w.-])').test(plain(text));
      const at = lines[line - 1] !== undefined && names(lines[line - 1]) ? line - 1 : lines.findIndex(names);
      if (at >= 0) {
        clear();
        tint(at, 'line-found');
        goTo(at + 1, 1);
      }
    },
  };
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

async function complete(view, schema) {
  const known = await schema;
  if (!known) {
    return;
  }
  view.showHint({
    completeSingle: false,
    hint: (cm) => {
      const cursor = cm.getCursor();
      const lines = cm.getRange({ line: 0, ch: 0 }, cursor).split('\n');
      const { items, typed } = suggestions(known, lines);
      return {
        from: { line: cursor.line, ch: cursor.ch - typed.length }, to: cursor,
        list: items.slice(0, 60).map((item) => ({ text: item.text, displayText: item.name, render: (row) => draw(row, item) })),
      };
    },
  });
}

function draw(row, item) {
  row.textContent = item.name;
  if (item.note) {
    const note = document.createElement('span');
    note.className = 'hint-note';
    note.textContent = item.note.length > 70 ? item.note.slice(0, 68) + '…' : item.note;
    row.append(note);
  }
}
