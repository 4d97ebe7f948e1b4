// Table: the answer of `queryRows`, or of any list tool: { results: [{…}], total, next?, tables?: { NAME: { rows, as_of, partial? } }, calls }.
// Rows can be sorted and filtered, and shown as a chart.
// parts: format, dom, host, answer

const PAGE = 100;
const MAX_COLUMNS = 40;
const MAX_BARS = 25;

/** What was chosen; it stays when the view is drawn again. */
const chosen = { sort: undefined, down: false, words: '', label: undefined, amount: undefined };

const cellText = (value) => (typeof value === 'string' ? value : known(value) ? JSON.stringify(value) : '');

/** The columns of rows. Those of a query keep its order. */
function columnsOf(rows, isQuery) {
  const keys = new Set();
  for (const row of rows.slice(0, 2_000)) for (const key of Object.keys(row)) if (keys.size < 400) keys.add(key);
  return (isQuery ? [...keys] : columnsInOrder(keys)).map((key) => {
    const values = rows.slice(0, 500).map((row) => row[key]).filter(known);
    const numeric = values.length > 0 && values.every((value) => typeof value === 'number');
    // Moments and numbers that name something are no amounts.
    return { key, title: clean(key, 60), numeric, amount: numeric && !isId(key) && !values.every((value) => isTime(key, value)) };
  });
}

function compare(key, down) {
  const collator = new Intl.Collator(place.locale, { numeric: true, sensitivity: 'base' });
  return (one, other) => {
    const [a, b] = [one[key], other[key]];
    // Rows without a value stand last in both directions.
    if (!known(a) || !known(b)) return Number(known(b)) - Number(known(a));
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(cellText(a).slice(0, 200), cellText(b).slice(0, 200));
    return down ? -order : order;
  };
}

/** The choices of the chart and its picture. `draw` draws it for rows; the choices stay, with the focus on them. */
function chartOf(columns) {
  const amounts = columns.filter((column) => column.amount);
  const names = [...columns.filter((column) => !column.amount), ...amounts];
  const picture = el('div');
  let drawn = [];
  const draw = (rows) => {
    drawn = rows;
    const amount = amounts.find((column) => column.key === chosen.amount) ?? amounts[0];
    const label = names.find((column) => column.key === chosen.label) ?? names[0];
    const bars = rows.map((row) => ({ title: known(row[label.key]) ? phrase(label.key, row[label.key]) : '', value: number(row[amount.key]) }))
      .filter((one) => one.value !== undefined).sort((a, b) => b.value - a.value);
    // Bars of negative values go to the other side of zero.
    const most = Math.max(0, bars[0]?.value ?? 0);
    const range = most - Math.min(0, bars.at(-1)?.value ?? 0) || 1;
    const at = (value) => 1 - (most - value) / range;
    picture.replaceChildren(el('ul', { class: 'bars', 'aria-label': `${amount.title} by ${label.title}` }, bars.slice(0, MAX_BARS).map((one) => el('li', {},
      el('span', {}, name(clean(one.title, 60))), bar(at(one.value), '', at(0)), el('span', { class: 'right' }, exact(one.value))))),
      bars.length > MAX_BARS ? el('p', { class: 'soft small' }, `The ${format(MAX_BARS)} largest of ${format(bars.length)}`) : '');
  };
  const choice = (id, text, options, key) => {
    const select = el('select', { id }, options.map((column, at) => el('option', { value: at }, column.title)));
    select.selectedIndex = Math.max(0, options.findIndex((column) => column.key === chosen[key]));
    select.addEventListener('change', () => { chosen[key] = options[select.selectedIndex].key; draw(drawn); });
    return el('label', { for: id }, `${text} `, select);
  };
  const node = amounts.length > 0 && details('As a chart', el('div', { class: 'row' }, choice('chart-amount', 'Values', amounts, 'amount'), choice('chart-label', 'Names', names, 'label')), picture);
  return { node, draw: node ? draw : () => {} };
}

function sources(answer) {
  const tables = Object.entries(object(answer.tables)).slice(0, 50);
  const partial = tables.filter(([, one]) => known(object(one).partial) && object(one).partial !== false);
  return [
    partial.length > 0 && el('p', {}, badge('Incomplete', 'warn'), ' ', partial.map(([key]) => clean(key, 60)).join(', '), ': not all rows were fetched.'),
    tables.length > 0 && el('p', { class: 'soft small' }, 'From ', tables.map(([key, one], at) => [at ? ', ' : '', el('span', {}, name(key),
      number(object(one).rows) !== undefined && ` (${counted(one.rows, 'row')})`, known(object(one).as_of) && [' as of ', time(one.as_of) ?? name(one.as_of)])])),
  ];
}

start((answer) => {
  const rows = objects(answer.results);
  if (!rows.length) return drawAnswer(answer, [el('p', {}, 'No rows.'), sources(answer)]);
  const all = columnsOf(rows, object(answer.tables) === answer.tables);
  const columns = all.slice(0, MAX_COLUMNS);
  const index = rows.map((row) => all.map(({ key }) => cellText(row[key]).slice(0, 500)).join('\n').toLowerCase());
  const filter = el('input', { type: 'search', id: 'filter', autocomplete: 'off', maxlength: 200 });
  filter.value = chosen.words;
  const said = el('span', { class: 'soft small', role: 'status' });
  const place = el('div');
  const chart = chartOf(columns);
  const pages = remembered('pages');
  const head = columns.map((column) => {
    const button = el('button', { type: 'button' }, column.title, ' ');
    const arrow = el('span', { 'aria-hidden': 'true' });
    button.append(arrow);
    button.addEventListener('click', () => {
      chosen.down = chosen.sort === column.key ? !chosen.down : column.numeric;
      chosen.sort = column.key;
      pages.end = 0;
      redraw();
    });
    return { column, arrow, cell: el('th', { scope: 'col', class: column.numeric && 'right' }, button) };
  });
  const body = el('tbody');
  const whole = el('table', {}, el('caption', { class: 'unseen' }, 'Rows of the answer'), el('thead', {}, el('tr', {}, head.map(({ cell }) => cell))), body);
  const rest = el('div');
  place.append(scrolled('Rows of the answer', whole), rest);
  const redraw = () => {
    const wanted = chosen.words.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.filter((_, at) => wanted.every((word) => index[at].includes(word)));
    if (chosen.sort !== undefined) kept.sort(compare(chosen.sort, chosen.down));
    for (const { column, arrow, cell } of head) {
      const sorted = column.key === chosen.sort;
      arrow.textContent = sorted ? (chosen.down ? '▼' : '▲') : '';
      if (sorted) cell.setAttribute('aria-sort', chosen.down ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    }
    body.replaceChildren();
    const [, more] = extended(body, kept, (row) => el('tr', {}, columns.map(({ key, numeric }) => el('td', { class: numeric && 'right' }, shownValue(key, row[key], true)))), PAGE, 'rows', pages);
    rest.replaceChildren(more || '');
    const total = number(answer.total);
    said.textContent = `${counted(kept.length, 'row')}${kept.length < rows.length ? ` of ${format(rows.length)}` : ''}${total > rows.length ? `; the answer has the first ${format(rows.length)} of ${format(total)}` : ''}`;
    chart.draw(kept);
  };
  filter.addEventListener('input', () => { chosen.words = filter.value; pages.end = 0; redraw(); });
  redraw();
  return drawAnswer(answer, [
    sources(answer),
    el('div', { class: 'row' }, el('label', { for: 'filter' }, 'Filter ', filter), said),
    all.length > columns.length && el('p', { class: 'soft small' }, `The first ${format(MAX_COLUMNS)} of ${format(all.length)} columns`),
    place,
    chart.node,
    known(answer.next) && el('p', { class: 'soft small' }, 'There are more rows: ask the assistant for the next page.'),
  ]);
});
