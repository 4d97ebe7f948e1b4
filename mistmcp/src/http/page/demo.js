(() => {
  const $ = (id) => document.getElementById(id);
  const object = (value) => (value && typeof value === 'object' && !Array.isArray(value) ? value : {});
  const VERSION = '2026-07-28';
  const META = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'page', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {
      extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
    },
  };

  // How long an answer may take, and how long a view may take to start, in milliseconds.
  const DEADLINE = 60_000;
  const START = 20_000;

  /** The error of a response: its status, and the reason in its body where there is one. */
  function errorOf({ ok, status, statusText }, message) {
    const { error, title, detail } = message;
    const reason = [object(error).message, error, [title, detail].filter(Boolean).join(': ')].find((one) => typeof one === 'string' && one);
    if (ok) return new Error(reason ?? 'The answer is no message of MCP.');
    return new Error([`HTTP ${status} ${statusText}`.trim(), reason].filter(Boolean).join(': '));
  }

  /** Calls a tool of this server, in the network with an incident where one is named, and returns the result. */
  async function callTool(name, given, incident, controller = new AbortController()) {
    const late = setTimeout(() => controller.abort(new Error(`There was no answer within ${DEADLINE / 1_000} s.`)), DEADLINE);
    try {
      const response = await fetch('mcp', {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json', Accept: 'application/json', 'MCP-Protocol-Version': VERSION, 'Mcp-Method': 'tools/call', 'Mcp-Name': name,
          // The demo cloud lays the incident that its token names over the network.
          ...(incident && { 'X-Authorization': `demo.${incident}` }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given, _meta: META } }),
        signal: controller.signal,
      });
      const text = await response.text();
      let message = {};
      try {
        message = object(JSON.parse(text));
      } catch {
        // A proxy may answer with a page of its own.
      }
      if (!response.ok || typeof message.result !== 'object') throw errorOf(response, message);
      return object(message.result);
    } catch (error) {
      throw error instanceof TypeError ? new Error('The server cannot be reached.') : error;
    } finally {
      clearTimeout(late);
    }
  }

  let end = () => {};
  let asking;

  /** Shows a view in a sandboxed frame, and handles its requests to the host. */
  function show(view, title, given, result, incident) {
    const frame = document.createElement('iframe');
    frame.title = title;
    frame.setAttribute('sandbox', 'allow-scripts');
    const theme = matchMedia('(prefers-color-scheme: dark)');
    const send = (message) => frame.contentWindow?.postMessage({ jsonrpc: '2.0', ...message }, '*');
    const notify = (method, params) => send({ method, params });
    const context = () => ({ theme: theme.matches ? 'dark' : 'light', locale: navigator.language, displayMode: 'inline' });
    const late = setTimeout(() => fail('It did not start.'), START);
    const requests = {
      'ui/initialize': () => (clearTimeout(late), {
        protocolVersion: '2026-01-26', hostInfo: { name: 'page', version: '1' }, hostCapabilities: { serverTools: {} }, hostContext: context(),
      }),
      'tools/call': ({ name, arguments: of }) => callTool(String(name), object(of), incident),
      ping: () => ({}),
    };
    const notifications = {
      'ui/notifications/initialized': () => {
        notify('ui/notifications/tool-input', { arguments: given });
        notify('ui/notifications/tool-result', result);
      },
      'ui/notifications/size-changed': ({ height }) => {
        if (height > 0 && height < 1e6) frame.style.height = `${Math.ceil(height)}px`;
      },
    };
    const receive = async ({ source, data }) => {
      if (source !== frame.contentWindow || object(data).jsonrpc !== '2.0') return;
      const handlers = data.id === undefined ? notifications : requests;
      if (!Object.hasOwn(handlers, data.method)) {
        if (data.method !== undefined && data.id !== undefined) send({ id: data.id, error: { code: -32601, message: 'Method not found' } });
        return;
      }
      try {
        const answer = await handlers[data.method](object(data.params));
        if (data.id !== undefined) send({ id: data.id, result: answer });
      } catch (error) {
        send({ id: data.id, error: { code: -32603, message: error.message } });
      }
    };
    const changed = () => notify('ui/notifications/host-context-changed', context());
    addEventListener('message', receive);
    theme.addEventListener('change', changed);
    end = () => {
      clearTimeout(late);
      removeEventListener('message', receive);
      theme.removeEventListener('change', changed);
    };
    const fail = (reason) => {
      if (!frame.isConnected) return;
      end();
      const alert = document.createElement('p');
      alert.setAttribute('role', 'alert');
      alert.className = 'problem';
      alert.textContent = `The view of this answer cannot be shown: ${reason} The text below is the whole answer.`;
      $('answer-view').replaceChildren(alert);
      $('answer-details').open = true;
    };
    const address = `views/${view}`;
    $('answer-view').replaceChildren(frame);
    // A frame does not say why its document fails.
    fetch(address).then(async (response) => {
      if (response.ok) frame.src = address;
      else fail(`${errorOf(response, object(await response.json().catch(() => undefined))).message.replace(/[.]+$/, '')}.`);
    }, () => fail('The server cannot be reached.'));
  }

  const buttons = [...document.querySelectorAll('#questions button')];
  const incidents = $('incident-form');
  const questions = new Map();
  const isIncident = (question) => question.localName === 'option';
  for (const question of [...buttons, ...document.querySelectorAll('#incident option')]) {
    const id = isIncident(question) ? question.value : question.textContent.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
    questions.set(`#ask-${id}`, question);
  }

  /** Brings the answer onto the screen, where it begins in its lower half or outside. */
  function reveal() {
    const { top } = $('answer').getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) $('answer').scrollIntoView();
  }

  /** Calls the tool of a button or an option, and shows the answer. */
  async function ask(chosen, hash) {
    const { tool, view, arguments: text } = chosen.dataset;
    const incident = isIncident(chosen) ? chosen.value : undefined;
    const title = chosen.textContent;
    const given = JSON.parse(text);
    leave();
    const controller = new AbortController();
    asking = controller;
    if (incident) $('incident').value = incident;
    $('answer').hidden = false;
    $('answer-cancel').hidden = false;
    Object.assign($('answer-link'), { href: hash, textContent: title });
    $('answer-status').textContent = 'Asking…';
    $('answer-details').hidden = true;
    for (const one of buttons) one.setAttribute('aria-pressed', String(one === chosen));
    reveal();
    const started = performance.now();
    let result;
    let failure;
    try {
      result = await callTool(tool, given, incident, controller);
    } catch (error) {
      failure = error.message;
    }
    if (asking !== controller) return;
    $('answer-cancel').hidden = true;
    $('answer-status').textContent = failure ? `It failed: ${failure}` : `${tool} answered in ${Math.round(performance.now() - started)} ms.`;
    if (failure) return;
    const words = (Array.isArray(result.content) ? result.content : []).map((block) => object(block).text).filter((one) => typeof one === 'string').join('\n');
    $('answer-text').textContent = words;
    $('answer-size').textContent = `${words.length.toLocaleString()} characters, from ${tool} ${text}`;
    $('answer-details').hidden = false;
    $('answer-details').open = !view;
    if (view) show(view, title, given, result, incident);
  }

  /** Ends the question that is shown. */
  function leave() {
    const before = asking;
    asking = undefined;
    before?.abort(new Error('Another question was asked.'));
    end();
    end = () => {};
    $('answer').hidden = true;
    $('answer-view').replaceChildren();
    $('answer-text').textContent = '';
    for (const one of buttons) one.setAttribute('aria-pressed', 'false');
  }

  /** Shows the answer to the question that the address names: its links, a reload and going back lead to it. */
  function follow() {
    const question = questions.get(location.hash);
    if (question) ask(question, location.hash);
    else if (!location.hash) leave();
  }

  function choose(question) {
    const [hash] = [...questions].find(([, one]) => one === question) ?? [];
    if (!hash) return;
    if (location.hash !== hash) history.pushState(null, '', hash);
    ask(question, hash);
  }

  $('questions').addEventListener('click', ({ target }) => choose(target.closest('button')));
  $('answer-cancel').addEventListener('click', () => asking?.abort(new Error('It was cancelled.')));
  for (const button of buttons) button.hidden = false;
  if (incidents) {
    incidents.hidden = false;
    incidents.addEventListener('submit', (event) => {
      event.preventDefault();
      choose($('incident').selectedOptions[0]);
    });
  }
  addEventListener('hashchange', follow);
  if (questions.has(location.hash)) follow();
})();
