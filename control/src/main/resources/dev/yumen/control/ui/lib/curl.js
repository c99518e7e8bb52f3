// Reads a line of curl as a shell would, as far as a trace needs it.

const WITH_VALUE = new Set([
  '-X', '--request', '-H', '--header', '-d', '--data', '--data-raw', '--data-ascii', '--data-binary', '--data-urlencode',
  '--json', '--url', '-u', '--user', '-A', '--user-agent', '-e', '--referer', '-b', '--cookie', '-F', '--form', '-o', '--output',
  '-m', '--max-time', '--connect-timeout', '-x', '--proxy', '--resolve', '--cacert', '-E', '--cert', '--key', '-w', '--write-out',
  '-T', '--upload-file', '-c', '--cookie-jar', '--retry', '-r', '--range', '-Y', '-y', '-K', '--config', '--interface',
]);
const DATA = /^(-d|--data|--data-raw|--data-ascii|--data-binary|--data-urlencode|--json|-F|--form)$/;

/** Words of a shell: quotes, backslashes, and lines that go on. Throws when a quote does not end. */
export function words(text) {
  const found = [];
  const source = text.replace(/\\\r?\n/g, ' ').replace(/\^\r?\n/g, ' ');
  let word = null;
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (char === "'" || char === '"') {
      const ansi = char === "'" && word === '$';
      const { value, end } = quoted(source, i, ansi);
      word = (ansi ? '' : word ?? '') + value;
      i = end;
    } else if (char === '\\') {
      word = (word ?? '') + (source[++i] ?? '');
    } else if (/\s/.test(char)) {
      if (word !== null) {
        found.push(word);
      }
      word = null;
    } else {
      word = (word ?? '') + char;
    }
  }
  return word === null ? found : [...found, word];
}

function quoted(source, start, ansi) {
  const mark = source[start];
  let value = '';
  for (let i = start + 1; i < source.length; i++) {
    const char = source[i];
    if (char === mark) {
      return { value, end: i };
    }
    if (char === '\\' && (ansi || (mark === '"' && /["\\$`]/.test(source[i + 1] ?? '')))) {
      i++;
      value += ansi ? ({ n: '\n', t: '\t', r: '\r' }[source[i]] ?? source[i]) : source[i];
    } else {
      value += char;
    }
  }
  throw new SyntaxError(mark);
}

/** {method, url, headers: {name: [values]}}; null when the line is not one of curl. */
export function parseCurl(text) {
  const all = words(text.trim().replace(/^\$\s+/, ''));
  if (!/(^|\/)curl(\.exe)?$/.test(all[0] ?? '')) {
    return null;
  }
  const request = { method: '', url: '', headers: {}, data: [] };
  for (let i = 1; i < all.length; i++) {
    const [option, joined] = split(all[i]);
    if (!option.startsWith('-') || option === '-') {
      request.url ||= option;
    } else {
      const value = WITH_VALUE.has(option) ? (joined ?? all[++i] ?? '') : '';
      take(request, option, value);
    }
  }
  return finished(request);
}

/** -XPOST and --request=POST are an option and its value. */
function split(word) {
  if (/^--[\w-]+=/.test(word)) {
    const at = word.indexOf('=');
    return [word.slice(0, at), word.slice(at + 1)];
  }
  return /^-[A-Za-z]./.test(word) && WITH_VALUE.has(word.slice(0, 2)) ? [word.slice(0, 2), word.slice(2)] : [word];
}

function take(request, option, value) {
  if (option === '-X' || option === '--request') {
    request.method = value.toUpperCase();
  } else if (option === '-H' || option === '--header') {
    const at = value.indexOf(':');
    if (at > 0) {
      add(request, value.slice(0, at).trim(), value.slice(at + 1).trim());
    }
  } else if (option === '--url') {
    request.url = value;
  } else if (option === '-u' || option === '--user') {
    add(request, 'Authorization', 'Basic ' + btoa(unescape(encodeURIComponent(value))));
  } else if (option === '-A' || option === '--user-agent') {
    add(request, 'User-Agent', value);
  } else if (option === '-e' || option === '--referer') {
    add(request, 'Referer', value);
  } else if (option === '-b' || option === '--cookie') {
    add(request, 'Cookie', value);
  } else if (option === '-I' || option === '--head') {
    request.method ||= 'HEAD';
  } else if (option === '-G' || option === '--get') {
    request.inQuery = true;
  } else if (DATA.test(option)) {
    body(request, option, value);
  }
}

function body(request, option, value) {
  request.data.push(value);
  if (option === '--json') {
    request.type = 'application/json';
    request.accept = 'application/json';
  } else {
    request.type ??= /^(-F|--form)$/.test(option) ? 'multipart/form-data' : 'application/x-www-form-urlencoded';
  }
}

function add(request, name, value) {
  (request.headers[name] ??= []).push(value);
}

function has(request, name) {
  return Object.keys(request.headers).some((known) => known.toLowerCase() === name);
}

function finished(request) {
  const { data, headers } = request;
  let { url, method } = request;
  if (request.inQuery && data.length) {
    url += (url.includes('?') ? '&' : '?') + data.join('&');
  } else if (data.length) {
    method ||= 'POST';
    if (!has(request, 'content-type')) {
      add(request, 'Content-Type', request.type);
    }
  }
  if (request.accept && !has(request, 'accept')) {
    add(request, 'Accept', request.accept);
  }
  return { method: method || 'GET', url, headers };
}
