'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const form = $('client-form');
  const search = $('search-form');

  // The names of the server: its own, and that of its entry in a client's configuration.
  const { program: PROGRAM, entry: NAME } = form.dataset;

  // The headers that a client has to send.
  const HEADERS = [
    form.dataset.ownToken && { name: 'X-Authorization', scheme: '', variable: 'MIST_APITOKEN', input: 'mist-token', what: 'Mist API token' },
    form.dataset.clientToken && { name: 'Authorization', scheme: 'Bearer ', variable: 'MISTMCP_CLIENT_TOKEN', input: `${PROGRAM}-client-token`, what: `${PROGRAM} client token` },
  ].filter(Boolean);

  const json = (value) => JSON.stringify(value, null, 2);
  const filled = (object) => Object.keys(object).length > 0;
  const headers = (value) => Object.fromEntries(HEADERS.map((header) => [header.name, header.scheme + value(header)]));
  const blank = (header) => `<${header.what}>`;
  // An entry of a client that takes headers as they are, or with a reference to where the secret stands.
  const entry = (fields, value) => (HEADERS.length ? { ...fields, headers: headers(value) } : fields);
  const variables = HEADERS.map((header) => header.variable).join(' and ');
  const reads = (client) => (HEADERS.length ? ` ${client} reads ${variables} from its environment.` : '');
  const replace = HEADERS.length ? ' Put the secret in place of each <…>, and keep the file to yourself.' : '';

  // Whether what is sent there crosses a network, and nothing hides it.
  const open = location.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

  const CLIENTS = {
    'Claude Code': {
      location: `Run this in a shell.${reads('Claude Code')}`,
      make: (url) => [`claude mcp add --transport http ${NAME}`, `'${url}'`]
        .concat(HEADERS.map((header) => `--header '${header.name}: ${header.scheme}\${${header.variable}}'`))
        .join(HEADERS.length ? ' \\\n  ' : ' '),
    },
    'VS Code': {
      location: `In .vscode/mcp.json, or what “MCP: Open User Configuration” opens.${HEADERS.length ? ' VS Code asks for the secret once, and keeps it.' : ''}`,
      make: (url) => {
        const inputs = HEADERS.map(({ input, what }) => ({ type: 'promptString', id: input, description: what, password: true }));
        const servers = { [NAME]: entry({ type: 'http', url }, ({ input }) => `\${input:${input}}`) };
        return json(inputs.length ? { inputs, servers } : { servers });
      },
    },
    Cursor: {
      location: `In ~/.cursor/mcp.json, or .cursor/mcp.json of a project.${reads('Cursor')}`,
      make: (url) => json({ mcpServers: { [NAME]: entry({ url }, ({ variable }) => `\${env:${variable}}`) } }),
    },
    'Claude Desktop': {
      location: `In claude_desktop_config.json (Settings > Developer > Edit Config). Needs Node.js.${replace}`,
      make: (url) => {
        // Where Claude Desktop starts it, an argument must hold no space: so the scheme stands with the secret.
        const args = ['-y', 'mcp-remote', url, '--transport', 'http-only']
          .concat(open ? ['--allow-http'] : [])
          .concat(HEADERS.flatMap(({ name, variable }) => ['--header', `${name}:\${${variable}}`]));
        const env = Object.fromEntries(HEADERS.map((header) => [header.variable, header.scheme + blank(header)]));
        return json({ mcpServers: { [NAME]: { command: 'npx', args, ...(filled(env) && { env }) } } });
      },
    },
    Windsurf: {
      location: `In ~/.codeium/windsurf/mcp_config.json.${reads('Windsurf')}`,
      make: (url) => json({ mcpServers: { [NAME]: entry({ serverUrl: url }, ({ variable }) => `\${env:${variable}}`) } }),
    },
    Zed: {
      location: `In Zed's settings.json.${replace}`,
      make: (url) => json({ context_servers: { [NAME]: entry({ url }, blank) } }),
    },
    'Gemini CLI': {
      location: `In ~/.gemini/settings.json, or .gemini/settings.json of a project.${reads('Gemini CLI')}`,
      make: (url) => json({ mcpServers: { [NAME]: entry({ httpUrl: url }, ({ variable }) => `\${${variable}}`) } }),
    },
    Codex: {
      location: `In ~/.codex/config.toml.${reads('Codex')}`,
      make: (url) => [`[mcp_servers.${NAME}]`, `url = ${JSON.stringify(url)}`]
        .concat(HEADERS.map(({ name, scheme, variable }) => (scheme
          ? `bearer_token_env_var = "${variable}"`
          : `env_http_headers = { "${name}" = "${variable}" }`)))
        .join('\n'),
    },
    'Any other': {
      location: `Many clients take this form; the names of the fields differ.${replace}`,
      make: (url) => json({ mcpServers: { [NAME]: entry({ type: 'http', url }, blank) } }),
    },
  };

  const chosen = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)];

  /** The URL for the choices. Throws an error that says which choice is missing. */
  function url() {
    const { mode: usual, bounded } = form.dataset;
    const cloud = form.elements.cloud;
    const mode = chosen('mode')[0].value;
    const categories = chosen('category').map((box) => box.value);
    if (cloud?.required && !cloud.value) throw new Error('Choose the Mist cloud: it is part of the URL.');
    if (mode === 'custom' && !bounded && !categories.length) throw new Error('Mode custom loads the categories that you choose: choose one at least.');
    const query = [];
    if (cloud?.value) query.push(`cloud=${encodeURIComponent(cloud.value)}`);
    if (mode !== usual) query.push(`mode=${mode}`);
    if (categories.length) query.push(`categories=${categories.join()}`);
    const address = new URL('mcp', location.origin + location.pathname).href;
    return query.length ? `${address}?${query.join('&')}` : address;
  }

  function make() {
    const boxes = chosen('category');
    const tools = boxes.reduce((sum, box) => sum + Number(box.dataset.tools), 0);
    const all = form.querySelectorAll('[name=category]').length;
    // Mode all loads extended categories only where they are chosen.
    const extra = chosen('mode')[0].value === 'all' ? form.querySelectorAll('[name=category][data-extended]').length : 0;
    $('category-count').textContent = boxes.length ? `${boxes.length} of ${all}, with ${tools} ${tools === 1 ? 'tool' : 'tools'}` : `All ${all - extra}; open to choose some`;
    let problem = '';
    try {
      const address = url();
      const client = CLIENTS[chosen('client')[0].value];
      $('client-url').textContent = address;
      $('client-location').textContent = client.location;
      $('client-configuration').textContent = client.make(address);
    } catch (error) {
      problem = error.message;
    }
    $('url-problem').textContent = problem;
    $('url-problem').hidden = !problem;
    $('client-output').hidden = Boolean(problem);
  }

  async function copy(button) {
    const text = $(button.dataset.copies);
    const selection = getSelection();
    let copied = true;
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // Without TLS, beyond this machine, browsers have the old way alone.
      selection.selectAllChildren(text);
      copied = document.execCommand('copy');
    }
    if (copied) selection.removeAllRanges();
    button.textContent = copied ? 'Copied' : 'Selected';
    $('copy-status').textContent = copied ? 'Copied' : 'The text is selected: copy it with the keyboard';
    setTimeout(() => {
      button.textContent = 'Copy';
      $('copy-status').textContent = '';
    }, 2500);
  }

  const categories = [...document.querySelectorAll('.category')].map((details) => ({
    details,
    tools: [...details.querySelectorAll('.tools > li')].map((item) => ({
      item,
      text: `${details.id} ${details.querySelector('summary').textContent} ${item.textContent}`.toLowerCase(),
    })),
  }));

  const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

  const searchQuery = () => $('search-query').value.trim();

  let waiting;
  let ranked = 0;

  /** Keeps in the list the tools that have all words that were written, and asks the server which tools answer them. */
  function find() {
    const words = searchQuery().toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    let within = 0;
    for (const { details, tools } of categories) {
      let matches = 0;
      for (const { item, text } of tools) {
        item.hidden = !words.every((word) => text.includes(word));
        if (!item.hidden) matches += 1;
      }
      details.hidden = matches === 0;
      details.open = words.length > 0 && matches > 0;
      details.querySelector('.count').textContent = matches;
      found += matches;
      if (matches) within += 1;
    }
    $('search-status').textContent = found
      ? `${counted(found, 'tool', 'tools')} in ${counted(within, 'category', 'categories')}`
      : 'No tool has all these words.';
    clearTimeout(waiting);
    waiting = setTimeout(rank, 300);
  }

  /** Shows the tools that answer what was written, best first, and notes it in the address. */
  async function rank() {
    const query = searchQuery();
    const address = new URL(location);
    if (query) address.searchParams.set('q', query.split(/\s+/).join(' '));
    else address.searchParams.delete('q');
    // Some browsers count how often an address is changed.
    history.replaceState(null, '', address);
    ranked += 1;
    const turn = ranked;
    let found = { tools: [] };
    if (query) {
      try {
        const response = await fetch(`search?query=${encodeURIComponent(query)}`);
        if (response.ok) found = await response.json();
      } catch {
        // The list is filtered all the same.
      }
    }
    if (turn !== ranked) return;
    const items = found.tools.map((name) => $(name)).filter(Boolean).map((item) => {
      const line = document.createElement('li');
      const link = document.createElement('a');
      Object.assign(link, { href: `#${item.id}`, textContent: item.id });
      line.append(link, `: ${item.querySelector('p').textContent}`);
      return line;
    });
    $('search-best-list').replaceChildren(...items);
    $('search-best-heading').textContent = found.fit === 'good' ? 'Tools that answer it' : 'The nearest tools';
    $('search-note').textContent = found.note ?? '';
    $('search-best').hidden = items.length === 0;
  }

  /** Opens what the address names: a category, or a tool in one. */
  function reveal() {
    const named = $(decodeURIComponent(location.hash.slice(1)));
    const category = named?.closest('.category');
    if (!category) return;
    category.hidden = false;
    named.hidden = false;
    category.open = true;
    named.scrollIntoView();
  }

  for (const [index, name] of Object.keys(CLIENTS).entries()) {
    const label = document.createElement('label');
    const radio = document.createElement('input');
    Object.assign(radio, { type: 'radio', name: 'client', value: name, defaultChecked: index === 0 });
    label.append(radio, name);
    $('client-choice').append(label);
  }
  // A browser may restore form values on reload: the configuration would not match them.
  form.reset();
  for (const each of [form, search]) {
    each.hidden = false;
    each.addEventListener('submit', (event) => event.preventDefault());
  }
  form.addEventListener('change', make);
  form.addEventListener('click', ({ target }) => {
    if (target.dataset.copies) copy(target);
  });
  $('category-none').addEventListener('click', () => {
    for (const box of chosen('category')) box.checked = false;
    make();
  });
  search.addEventListener('input', find);
  addEventListener('hashchange', reveal);
  make();
  $('open-note').hidden = !(open && HEADERS.length);
  $('search-query').value = new URLSearchParams(location.search).get('q') ?? '';
  if (searchQuery()) find();
  reveal();
})();
