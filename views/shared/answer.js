// The frame of all views: verdict, findings, what was not seen; and the states without an answer.

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

/** The kind of a thing by its problem and state: bad, warn, good, or unknown. */
function kindOf(problem, up, findings = []) {
  if (known(problem)) {
    const finding = findings.find((one) => one.cause === problem);
    return finding && finding.severity !== 'critical' ? 'warn' : 'bad';
  }
  return up === false ? 'bad' : up === true ? 'good' : '';
}

const stateText = (up) => (up === true ? 'up' : up === false ? 'down' : 'state unknown');

function objectText(one) {
  const parts = [known(one.device) && one.device !== one.name && name(one.device), ' ', known(one.name) ? name(one.name) : known(one.mac) && name(one.mac)];
  return el('li', {}, known(one.kind) && el('span', { class: 'soft' }, `${words(one.kind)} `), ...parts);
}

/** The rows behind a finding: asked for through the host, where it takes calls. */
function seeButton(see) {
  if (!host.capabilities.serverTools || typeof object(see).tool !== 'string') return false;
  const place = el('div', { 'aria-live': 'polite' });
  const button = el('button', { type: 'button' }, 'Show the rows');
  button.addEventListener('click', async () => {
    button.disabled = true;
    place.replaceChildren('Asking…');
    try {
      const result = await callTool(see.tool, object(see.arguments));
      const answer = answerOf(result);
      const rows = objects(answer?.results);
      const shown = rows.length ? rowTable(see.tool, rows) : el('pre', {}, clean(textOf(result), 4_000));
      place.replaceChildren(...[shown].flat(3).filter(Boolean));
    } catch (error) {
      place.replaceChildren(`The host did not call it: ${clean(error.message)}`);
    }
    button.disabled = false;
  });
  return [el('div', { class: 'row' }, button), place];
}

/** Rows with the columns that they have. */
function rowTable(caption, rows) {
  const columns = [...new Set(rows.slice(0, 200).flatMap((row) => Object.keys(row)))].slice(0, 40);
  return table(caption, rows, columns.map((key) => ({ heading: clean(key, 60), value: (row) => row[key] })));
}

function finding(one, findings) {
  const [kind, word] = SEVERITY[one.severity] ?? ['', words(one.severity ?? 'Finding')];
  const root = number(one.because_of);
  const evidence = Object.entries(object(one.evidence)).map(([key, value]) => [clean(key, 60), momentOrValue(value)]);
  return el('li', { class: `${one.severity === 'critical' || one.severity === 'warning' ? one.severity : ''} ${root !== undefined ? 'follows' : ''}` },
    el('div', {}, badge(word, kind), ' ', el('span', { class: 'soft small' }, words(one.cause ?? '')), ' ',
      known(one.since) && el('span', { class: 'soft small' }, 'since ', time(one.since))),
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
    findings.length > 0 && [el('h2', {}, more > 0 ? `${format(findings.length)} of ${counted(findings.length + more, 'finding')}` : counted(findings.length, 'finding')),
      longList(findings, (one) => finding(one, findings), { tag: 'ol', attributes: { class: 'findings' }, most: 50, what: 'findings' })],
    unseen.length > 0 && [el('h2', {}, 'Not seen'), longList(unseen, (one) => el('li', {}, '– ', name(one)), { attributes: { class: 'soft' }, most: 30 })],
    number(answer.calls) !== undefined && el('p', { class: 'soft small' }, `${counted(answer.calls, 'call')} to Mist`),
  ];
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
  const render = () => {
    if (!result) return;
    width = main.clientWidth;
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
  connect({
    shown: (given) => { result = given; render(); },
    cancelled: () => { if (!result) show(el('p', { role: 'status' }, 'The call was cancelled.')); },
    changed: render,
  });
  if (fits) {
    new ResizeObserver(() => { if (result && main.clientWidth !== width) requestAnimationFrame(render); }).observe(main);
  }
}
