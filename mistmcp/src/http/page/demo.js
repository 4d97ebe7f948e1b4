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

  /** Calls a tool of this server, in the network with an incident where one is named, and returns the result. */
  async function callTool(name, given, incident) {
    const response = await fetch('mcp', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json', Accept: 'application/json', 'MCP-Protocol-Version': VERSION, 'Mcp-Method': 'tools/call', 'Mcp-Name': name,
        // The demo cloud lays the incident that its token names over the network.
        ...(incident && { 'X-Authorization': `demo.${incident}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given, _meta: META } }),
    });
    const message = object(await response.json());
    if (message.error) throw new Error(String(object(message.error).message));
    return object(message.result);
  }

  let turns = 0;
  let end = () => {};

  /** Shows a view in a sandboxed frame, and handles its requests to the host. */
  function show(view, title, given, result, incident) {
    const frame = document.createElement('iframe');
    frame.title = title;
    frame.setAttribute('sandbox', 'allow-scripts');
    const theme = matchMedia('(prefers-color-scheme: dark)');
    const send = (message) => frame.contentWindow?.postMessage({ jsonrpc: '2.0', ...message }, '*');
    const notify = (method, params) => send({ method, params });
    const context = () => ({ theme: theme.matches ? 'dark' : 'light', locale: navigator.language, displayMode: 'inline' });
    const requests = {
      'ui/initialize': () => ({
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
      removeEventListener('message', receive);
      theme.removeEventListener('change', changed);
    };
    frame.src = `views/${view}`;
    $('answer-view').replaceChildren(frame);
  }

  /** Calls the tool of a button or an option, and shows the answer. */
  async function ask(chosen) {
    const { tool, view, arguments: text } = chosen.dataset;
    const incident = chosen.localName === 'option' ? chosen.value : undefined;
    const title = chosen.textContent;
    const given = JSON.parse(text);
    turns += 1;
    const turn = turns;
    end();
    $('answer').hidden = false;
    $('answer-heading').textContent = title;
    $('answer-status').textContent = 'Asking…';
    $('answer-view').replaceChildren();
    $('answer-text').textContent = '';
    for (const one of document.querySelectorAll('#questions button')) one.setAttribute('aria-pressed', String(one === chosen));
    const started = performance.now();
    let result;
    let failure;
    try {
      result = await callTool(tool, given, incident);
    } catch (error) {
      failure = error.message;
    }
    if (turn !== turns) return;
    $('answer-status').textContent = failure ? `It failed: ${failure}` : `${tool} answered in ${Math.round(performance.now() - started)} ms.`;
    if (failure) return;
    const words = (Array.isArray(result.content) ? result.content : []).map((block) => object(block).text).filter((one) => typeof one === 'string').join('\n');
    $('answer-text').textContent = words;
    $('answer-size').textContent = `${words.length.toLocaleString()} characters, from ${tool} ${text}`;
    document.querySelector('#answer details').open = !view;
    if (view) show(view, title, given, result, incident);
  }

  $('questions').addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (button) ask(button);
  });
  for (const button of document.querySelectorAll('#questions button')) button.hidden = false;
  const incidents = $('incident-form');
  if (incidents) {
    incidents.hidden = false;
    incidents.addEventListener('submit', (event) => {
      event.preventDefault();
      const option = $('incident').selectedOptions[0];
      if (option) ask(option);
    });
  }
})();
