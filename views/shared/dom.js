// Building of the document. Texts from the network become text nodes, never markup.

const SVG = 'http://www.w3.org/2000/svg';
// The longest text and the most rows that are shown at once.
const MAX_TEXT = 300;
const MAX_ROWS = 200;

/** A text without control, bidirectional and other invisible characters, cut to a length. */
function clean(value, length = MAX_TEXT) {
  let text = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
  if (text.length > 4 * length) text = text.slice(0, 4 * length);
  text = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]+/gu, ' ').replace(/\p{M}{4,}/gu, '').trim();
  const letters = Array.from(text);
  return letters.length > length ? letters.slice(0, length - 1).join('') + '…' : text;
}

/** A text cut in its middle: names of one network often differ at their end alone. */
function shortened(value, length) {
  const letters = Array.from(clean(value));
  const end = Math.max(0, Math.floor((length - 1) / 2));
  return letters.length <= length ? letters.join('') : `${letters.slice(0, Math.max(1, length - 1 - end)).join('')}…${end ? letters.slice(-end).join('') : ''}`;
}

/** A text of the network in an element that keeps its direction to itself. */
const name = (value) => el('bdi', {}, unbroken(clean(value)));

/** A text that breaks at its spaces alone, as names have hyphens. */
const unbroken = (text) => text.split(/(\S*-\S*)/).map((part, at) => (at % 2 && part.length <= 30 ? el('span', { class: 'unbroken' }, part) : part));

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    // Texts of the network stand in these two alone.
    else element.setAttribute(key, value === true ? '' : key === 'aria-label' || key === 'title' ? clean(value) : value);
  }
  for (const child of children.flat(3)) {
    if (child === undefined || child === null || child === false || child === '') continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** An HTML element. */
const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const list = (value) => (Array.isArray(value) ? value.filter((item) => item !== null && item !== undefined) : []);
const objects = (value) => list(value).filter((item) => typeof item === 'object' && !Array.isArray(item));
const object = (value) => (value && typeof value === 'object' && !Array.isArray(value) ? value : {});
const known = (value) => value !== undefined && value !== null && value !== '';
/** A number that can be drawn. */
const number = (value) => (typeof value === 'number' && Math.abs(value) < 1e16 ? value : undefined);
/** The first value that is known. */
const first = (...values) => values.find(known);
/** Whether something is so; undefined where that is not known. */
const flag = (value) => (value === true || value === 1 ? true : value === false || value === 0 ? false : undefined);
const counted = (count, one, many = `${one}s`) => `${format(count)} ${count === 1 ? one : many}`;

/** What was opened and fetched in the parts of a view, by their kind and order: it stays when the view is drawn again. */
const memory = { states: new Map(), counts: new Map() };

/** The state of the next part of a kind. */
function remembered(kind) {
  const count = memory.counts.get(kind) ?? 0;
  memory.counts.set(kind, count + 1);
  const key = `${kind}\n${count}`;
  if (!memory.states.has(key)) memory.states.set(key, {});
  return memory.states.get(key);
}

/** A list whose items are made as they are shown: the first ones, and the rest on request. */
function longList(items, make, { tag = 'ul', attributes = {}, most = MAX_ROWS, what = 'more' } = {}) {
  const shown = el(tag, attributes);
  return extended(shown, items, make, most, what);
}

/** Fills `shown` with the first items, and adds a button that shows more. */
function extended(shown, items, make, most, what, state = remembered(what)) {
  let next = 0;
  const button = el('button', { type: 'button' });
  const add = (end) => {
    for (; next < Math.min(items.length, end); next += 1) shown.append(make(items[next], next));
    button.textContent = `Show ${format(Math.min(most, items.length - next))} of ${format(items.length - next)} ${what}`;
    button.hidden = next >= items.length;
    state.end = next;
  };
  button.addEventListener('click', () => {
    const before = next;
    add(next + most);
    if (button.hidden) focusOn(shown.children[before]);
  });
  add(Math.max(most, state.end ?? 0));
  return [shown, items.length > most && el('div', { class: 'row' }, button)];
}

/** Moves the focus to a part, or to the first in it that takes it. */
function focusOn(part) {
  const target = part?.querySelector('button:not([tabindex="-1"]), summary') ?? part;
  if (target === part) part?.setAttribute('tabindex', '-1');
  target?.focus();
}

/** A table. Each column has a heading and makes a cell of a row; a column without any value is left out. */
function table(caption, rows, columns, most = MAX_ROWS) {
  const sample = rows.slice(0, 2_000);
  const used = columns.filter((column) => sample.some((row) => known(column.value(row))));
  const cell = (column, row) => {
    const value = column.value(row);
    const shown = known(value) ? (column.show ?? plain)(value, row) : '';
    return el('td', { class: column.right && 'right' }, shown);
  };
  const body = el('tbody');
  const [, more] = extended(body, rows, (row) => el('tr', {}, used.map((column) => cell(column, row))), most, 'rows');
  const head = el('thead', {}, el('tr', {}, used.map((column) => el('th', { scope: 'col', class: column.right && 'right' }, column.heading))));
  const whole = el('table', {}, el('caption', {}, caption), head, body);
  return [scrolled(caption, whole), more];
}

/** A wide part that scrolls by itself, also with the keyboard. */
const scrolled = (label, ...content) => el('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': label }, ...content);

const plain = (value) => shownValue('', value);

/** Makes parts that are unfolded on request, or folded up on request. */
const folding = (isOpen) => (title, ...content) => {
  const state = remembered(`details ${title}`);
  return el('details', { open: state.open ?? isOpen, ontoggle: ({ target }) => { state.open = target.open; } }, el('summary', {}, title), ...content);
};
const details = folding(false);
const unfolded = folding(true);

/** A definition list of what is known. */
function facts(entries) {
  const shown = entries.filter(([, value]) => known(value));
  return shown.length > 0 && el('dl', { class: 'facts' }, shown.map(([term, value]) => el('div', {},
    el('dt', {}, term), el('dd', {}, value instanceof Node ? value : plain(value)))));
}

const badge = (text, kind = '') => el('span', { class: `badge ${kind}` }, text);

/** A horizontal bar from `zero` on to `share`, each 0 to 1. The number stands beside it. */
function bar(share, kind = '', zero = 0) {
  const inner = el('span', { class: kind });
  const [from, to] = [zero, share].map((one) => Math.min(1, Math.max(0, one))).sort((a, b) => a - b);
  inner.style.marginInlineStart = `${Math.round(100 * from)}%`;
  inner.style.width = `${Math.round(100 * (to - from))}%`;
  return el('span', { class: 'bar', 'aria-hidden': 'true' }, inner);
}
