// What may be written where the cursor is: the path there by indentation, followed through the JSON Schema.

/** {items: [{text, name, note}], typed} for the lines up to the cursor. */
export function suggestions(schema, lines) {
  const { path, typed, key } = pathAt(lines);
  const place = follow(schema, path);
  const wanted = typed.toLowerCase();
  const all = key === null ? keys(schema, place, lines) : values(schema, follow(schema, [...path, key]));
  const fit = all.filter((item) => item.name.toLowerCase().includes(wanted) && item.name !== typed);
  fit.sort((a, b) => Number(b.name.toLowerCase().startsWith(wanted)) - Number(a.name.toLowerCase().startsWith(wanted)));
  return { items: fit, typed };
}

/** Keys from the top to the cursor, '-' for an entry of a list; key is that whose value is typed, or null. */
export function pathAt(lines) {
  const last = lines.at(-1);
  const flow = openBraces(last);
  const outer = flow ? flow.before : last;
  const path = outerPath(lines.slice(0, -1), outer, flow !== null);
  const rest = flow ? flow.inside : outer.replace(/^\s*(-\s+)*/, '');
  flow?.path.forEach((part) => path.push(part));
  const pair = /^["']?([\w.$-]+)["']?\s*:\s+(.*)$/.exec(rest);
  return pair ? { path, key: pair[1], typed: pair[2].replace(/^["']/, '') } : { path, key: null, typed: rest.trimStart().replace(/^["']/, '') };
}

/** The part of a line after the innermost brace that is still open, with the keys on the way. */
function openBraces(line) {
  const stack = [];
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i];
    if (quote) {
      quote = char === quote ? '' : quote;
    } else if (char === '"' || char === "'") {
      quote = char;
    } else if (char === '{' || char === '[') {
      stack.push({ char, at: i });
    } else if (char === '}' || char === ']') {
      stack.pop();
    }
  }
  if (stack.length === 0) {
    return null;
  }
  const path = [];
  stack.forEach(({ char, at }, index) => {
    const from = index === 0 ? 0 : stack[index - 1].at + 1;
    const owner = /([\w.$-]+)["']?\s*:\s*$/.exec(line.slice(from, at));
    if (owner && index > 0) {
      path.push(owner[1]);
    }
    if (char === '[') {
      path.push('-');
    }
  });
  const inside = line.slice(stack.at(-1).at + 1);
  return { before: line.slice(0, stack[0].at), path, inside: inside.slice(lastComma(inside) + 1).trimStart() };
}

function lastComma(text) {
  let quote = '';
  let found = -1;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quote) {
      quote = char === quote ? '' : quote;
    } else if (char === '"' || char === "'") {
      quote = char;
    } else if (/[{[]/.test(char)) {
      depth++;
    } else if (/[}\]]/.test(char)) {
      depth--;
    } else if (char === ',' && depth === 0) {
      found = i;
    }
  }
  return found;
}

/** The keys above a line that are less indented, from the top. */
function outerPath(above, line, own) {
  const path = [];
  let indent = /^\s*/.exec(line)[0].length;
  const dashes = /^(\s*)((?:-\s+)*)/.exec(line);
  const entries = dashes[2].replace(/\s/g, '').length;
  if (own) {
    const name = /([\w.$-]+)["']?\s*:\s*$/.exec(line);
    if (name) {
      path.unshift(name[1]);
    }
  }
  for (let i = 0; i < entries; i++) {
    path.unshift('-');
  }
  let within = entries > 0; // a list may stand as far left as the key that it belongs to
  for (let i = above.length - 1; i >= 0; i--) {
    const text = above[i];
    if (!text.trim() || text.trim().startsWith('#')) {
      continue;
    }
    const depth = /^\s*/.exec(text)[0].length;
    const marks = /^\s*((?:-\s+)*)/.exec(text)[1];
    const inner = depth + marks.length;
    const name = /^\s*(?:-\s+)*["']?([\w.$-]+)["']?\s*:/.exec(text);
    if (marks && inner <= indent && depth < indent) {
      if (inner < indent && name) {
        path.unshift(name[1]);
      }
      path.unshift('-');
      indent = depth;
      within = true;
    } else if (name && !marks && (depth < indent || (within && depth === indent))) {
      path.unshift(name[1]);
      indent = depth;
      within = false;
    }
    if (indent === 0 && !within) {
      break;
    }
  }
  return path;
}

// ---- the schema ----

/** All schemas that may hold at a path. */
function follow(schema, path) {
  let now = variants(schema, schema);
  for (const part of path) {
    now = now.flatMap((one) => {
      const next = part === '-' ? one.items : one.properties?.[part] ?? (typeof one.additionalProperties === 'object' ? one.additionalProperties : undefined);
      return next ? variants(schema, next) : [];
    });
  }
  return now;
}

function variants(schema, one, depth = 0) {
  if (!one || typeof one !== 'object' || depth > 12) {
    return [];
  }
  const found = [one];
  if (one.$ref) {
    found.push(...variants(schema, schema.$defs?.[one.$ref.replace('#/$defs/', '')], depth + 1));
  }
  for (const more of [...(one.anyOf ?? []), ...(one.oneOf ?? []), ...(one.allOf ?? [])]) {
    found.push(...variants(schema, more, depth + 1));
  }
  return found;
}

function keys(schema, place) {
  const found = new Map();
  for (const one of place) {
    for (const [name, property] of Object.entries(one.properties ?? {})) {
      found.set(name, { text: name + ': ', name, note: property.description });
    }
  }
  return found.size > 0 ? [...found.values()] : values(schema, place);
}

function values(schema, place) {
  const found = new Map();
  for (const one of place) {
    (one.enum ?? []).forEach((value) => found.set(String(value), { text: String(value), name: String(value) }));
    if (one.const !== undefined) {
      found.set(String(one.const), { text: String(one.const), name: String(one.const) });
    }
    if (one.type === 'boolean') {
      ['true', 'false'].forEach((value) => found.set(value, { text: value, name: value }));
    }
  }
  return [...found.values()];
}
