// The frame of all views: verdict, findings, what could not be read; and the states without an answer.

const SEVERITY = { critical: ['bad', 'Critical'], warning: ['warn', 'Warning'], info: ['', 'Info'] };

/** The object in a result: its structured content, or the JSON in its text. */
function answerOf(result) {
  if (result.structuredContent && typeof result.structuredContent === 'object') return object(result.structuredContent);
  try {
    return object(JSON.parse(objects(result.content)[0].text));
  } catch {
    return undefined;
  }
}

const textOf = (result) => objects(result.content).map((block) => block.text).filter((text) => typeof text === 'string').join('\n');

/** What a view draws: facts of the answer, and the data for the view alone, which is more complete. */
const dataOf = (answer) => ({ ...object(answer.facts), ...object(answer.view) });

/** What findings are about: the cause and severity for each thing, by its name, its MAC address, and the port of a device. */
function marksOf(answer) {
  const marks = new Map();
  const add = (key, mark) => key.every(known) && !marks.has(key.join('\n').toLowerCase()) && marks.set(key.join('\n').toLowerCase(), mark);
  const about = objects(answer.findings).map((one) => ({ ...object(list(one.objects)[0]), cause: one.cause, severity: one.severity }));
  for (const mark of [...about, ...objects(object(answer.view).marks)]) {
    if (!known(mark.cause)) continue;
    if (mark.kind === 'port') {
      add(['port', mark.mac, mark.name], mark);
      add(['port', mark.device, mark.name], mark);
    } else {
      add([mark.mac], mark);
      add([mark.name], mark);
    }
  }
  return (...keys) => keys.filter((key) => key.every(known)).map((key) => marks.get(key.map(String).join('\n').toLowerCase())).find(Boolean);
}

/** The class of a finding's severity: bad, warn, or none. */
const severityKind = (severity) => (severity === 'critical' ? 'bad' : severity === 'info' ? '' : 'warn');

/** The kind of a thing by its problem and state: bad, warn, good, or unknown. */
function kindOf(problem, up, findings = []) {
  const finding = known(problem) && findings.find((one) => one.cause === problem);
  if (known(problem) && finding?.severity !== 'info') return finding ? severityKind(finding.severity) : 'bad';
  return up === false ? 'bad' : up === true ? 'good' : '';
}

/** The problem of a thing in words. What takes others down is itself down. */
function problemText(problem, thing, findings) {
  const isSame = (one) => ['mac', 'name'].some((key) => known(one[key]) && one[key] === thing[key]);
  const isRoot = problem === 'upstream_down' && findings.some((one) => one.cause === problem && isSame(object(list(one.objects)[0])));
  return isRoot ? 'down' : words(problem);
}

const stateText = (up) => (up === true ? 'up' : up === false ? 'down' : 'state unknown');

function objectText(one) {
  const parts = [known(one.device) && one.device !== one.name && name(one.device), ' ', known(one.name) ? name(one.name) : known(one.mac) && name(one.mac)];
  return el('li', {}, known(one.kind) && el('span', { class: 'soft' }, `${words(one.kind)} `), ...parts);
}

/** The rows behind a finding: asked for through the host, where it takes calls. */
function seeButton(see) {
  if (!host.capabilities.serverTools || typeof object(see).tool !== 'string') return false;
  const state = remembered('rows of a finding');
  const place = el('div', { 'aria-live': 'polite' });
  const button = el('button', { type: 'button' }, 'Show the rows');
  const draw = () => {
    const { result, failure } = state;
    if (!result) return place.replaceChildren(failure ? `The rows could not be read: ${failure}` : '');
    const answer = answerOf(result);
    const rows = objects(answer?.results);
    const drawn = rows.length ? rowTable(see.tool, rows) : !result.isError && Array.isArray(answer?.results) ? 'No rows.' : el('pre', {}, clean(textOf(result), 4_000));
    return place.replaceChildren(...[drawn].flat(3).filter(Boolean));
  };
  button.addEventListener('click', async () => {
    if (state.asking) return;
    state.asking = true;
    place.replaceChildren('Asking…');
    try {
      Object.assign(state, { result: await callTool(see.tool, object(see.arguments)), failure: undefined });
    } catch (error) {
      Object.assign(state, { result: undefined, failure: clean(error.message) });
    }
    state.asking = false;
    state.draw();
  });
  // An answer that comes after a new drawing is shown in that one.
  state.draw = draw;
  if (state.asking) place.replaceChildren('Asking…');
  else draw();
  return [el('div', { class: 'row' }, button), place];
}

// Columns that say what a row is stand first, and those that only identify it last.
const FIRST_COLUMNS = ['name', 'hostname', 'device_name', 'username', 'site', 'site_name', 'what', 'when', 'timestamp', 'type', 'severity', 'status', 'state', 'port_id', 'up', 'text', 'reason', 'message', 'mac', 'ip', 'model', 'ssid'];

/** The columns of rows in the order of what matters to people. */
function columnsInOrder(keys) {
  const rank = (key) => (FIRST_COLUMNS.indexOf(key) + 1 || (/(^|_)ids?$/.test(key) && key !== 'port_id' ? 200 : 100));
  return [...keys].map((key, at) => [rank(key), at, key]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , key]) => key);
}

/** Rows with the columns that they have. */
function rowTable(caption, rows, most) {
  const columns = columnsInOrder(new Set(rows.slice(0, 200).flatMap((row) => Object.keys(row)))).slice(0, 40);
  return table(caption, rows, columns.map((key) => ({ heading: heading(key), value: (row) => row[key], show: (value) => shownValue(key, value), right: rows.slice(0, 50).every((row) => !known(row[key]) || typeof row[key] === 'number') })), most);
}

function finding(one, findings) {
  const [kind, word] = SEVERITY[one.severity] ?? ['', words(one.severity ?? 'Finding')];
  const root = number(one.because_of);
  const evidence = Object.entries(object(one.evidence)).map(([key, value]) => [heading(key), shownValue(key, value)]);
  return el('li', { class: `${one.severity === 'critical' || one.severity === 'warning' ? one.severity : ''} ${root !== undefined ? 'follows' : ''}` },
    el('div', {}, badge(word, kind), ' ', el('span', { class: 'soft small' }, words(one.cause ?? ''),
      known(one.since) && [known(one.cause) && ' · ', 'since ', time(one.since)])),
    el('p', {}, name(one.summary ?? one.cause ?? '')),
    root !== undefined && findings[root] && el('p', { class: 'soft small' }, 'Follows from: ', name(findings[root].summary ?? '')),
    (evidence.length > 0 || list(one.objects).length > 0 || one.see) && details('Evidence',
      longList(objects(one.objects), objectText, { most: 30, what: 'objects' }),
      facts(evidence), seeButton(one.see)));
}

/** Whether an answer can be drawn, and the parts of it that all views have. */
function drawAnswer(answer, picture) {
  const findings = objects(answer.findings);
  const unseen = list(answer.not_seen);
  const more = number(answer.more_findings) ?? 0;
  return [
    known(answer.verdict) && el('p', { class: 'verdict' }, name(answer.verdict)),
    picture,
    findings.length > 0 && [el('h2', {}, counted(findings.length, 'finding')),
      more > 0 && el('p', { class: 'soft small' }, `The answer leaves out ${counted(more, 'finding')} of less weight.`),
      longList(findings, (one) => finding(one, findings), { tag: 'ol', attributes: { class: 'findings' }, most: 50, what: 'findings' })],
    unseen.length > 0 && [el('h2', {}, 'Could not be read'), longList(unseen, (one) => el('li', {}, '– ', name(one)), { attributes: { class: 'soft' }, most: 30 })],
    number(answer.calls) !== undefined && el('p', { class: 'soft small' }, `${counted(answer.calls, 'call')} to Mist`),
  ];
}

/** Keeps the focus at its place in a part that is drawn again. */
function keepingFocus(part, redraw) {
  const all = () => [...part.querySelectorAll('button, input, select, summary, [tabindex]')];
  const { activeElement } = document;
  const at = all().indexOf(activeElement);
  const { selectionStart, selectionEnd } = activeElement ?? {};
  redraw();
  const now = all()[at];
  now?.focus({ preventScroll: true });
  if (typeof selectionStart === 'number' && now?.setSelectionRange) now.setSelectionRange(selectionStart, selectionEnd);
}

/** Starts a view. `draw` makes its nodes of an answer; a view that `fits` its width is drawn again when that changes. */
function start(draw, { fits = false } = {}) {
  const main = document.getElementById('view');
  let result;
  let width = 0;
  const title = () => {
    const modes = list(host.context.availableDisplayModes);
    const wide = host.context.displayMode === 'fullscreen' ? 'inline' : 'fullscreen';
    const button = modes.includes(wide) && el('button', { type: 'button' }, wide === 'fullscreen' ? 'Full screen' : 'Smaller');
    if (button) {
      button.addEventListener('click', () => request('ui/request-display-mode', { mode: wide })
        .then(({ mode }) => { host.context.displayMode = mode; render(); }, () => {}));
    }
    return el('div', { class: 'head' }, el('h1', {}, document.title), button);
  };
  const show = (...nodes) => main.replaceChildren(...[title(), ...nodes].flat(6).filter(Boolean));
  const drawResult = () => {
    const answer = result.isError ? undefined : answerOf(result);
    if (!answer) {
      show(el('p', { role: 'alert' }, result.isError ? 'The tool reports an error.' : 'The answer has no data for this view.'),
        el('pre', {}, clean(textOf(result), 4_000)));
      return;
    }
    try {
      show(draw(answer, main));
    } catch (error) {
      show(el('p', { role: 'alert' }, `The view cannot draw this answer: ${clean(error.message)}`), drawAnswer(answer, false));
    }
  };
  const render = () => {
    if (!result) return;
    width = main.clientWidth;
    memory.counts.clear();
    keepingFocus(main, drawResult);
  };
  connect({
    shown: (given) => {
      result = given;
      memory.states.clear();
      render();
    },
    cancelled: () => { if (!result) show(el('p', { role: 'status' }, 'The call was cancelled.')); },
    changed: render,
  });
  if (fits) {
    new ResizeObserver(() => { if (result && main.clientWidth > 0 && main.clientWidth !== width) requestAnimationFrame(render); }).observe(main);
  }
}
