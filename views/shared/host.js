// The protocol of MCP Apps (2026-01-26): JSON-RPC with the host, by messages to the parent window.

const host = { capabilities: {}, context: {}, pending: new Map(), lastId: 0 };

const send = (message) => window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
const notify = (method, params = {}) => send({ method, params });

/** Sends a request, and returns its result. */
function request(method, params = {}) {
  host.lastId += 1;
  const id = host.lastId;
  return new Promise((resolve, reject) => {
    host.pending.set(id, { resolve, reject });
    send({ id, method, params });
  });
}

/** The colors of the host that the views use: two backgrounds, and two colors of text on them. */
const COLORS = ['--color-background-primary', '--color-background-secondary', '--color-text-primary', '--color-text-secondary'];

/** A color variable of the document as red, green, blue and opacity, each 0 to 255. */
function colorOf(variable) {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(${variable})`;
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const brush = canvas.getContext('2d');
  brush.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data];
}

/** The relative luminance of a color (WCAG). */
function luminance([red, green, blue]) {
  const [r, g, b] = [red, green, blue].map((one) => (one / 255 <= 0.04045 ? one / 3294.6 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Whether a text of one color can be read on the others (WCAG AA). */
const isReadable = (text, backs) => backs.every((back) => {
  const [low, high] = [luminance(text), luminance(back)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05) >= 4.5;
});

/**
 * Takes the style variables of the host. Its colors are taken all together, and only where its texts can be read on its backgrounds;
 * the colors of the views' own then are those of a light or a dark theme as the background is.
 */
function applyStyles({ theme, styles }) {
  const { style } = document.documentElement;
  style.colorScheme = theme === 'light' || theme === 'dark' ? theme : '';
  const variables = Object.entries(object(object(styles).variables)).filter(([key, value]) => /^--[a-z0-9-]+$/.test(key)
    && typeof value === 'string' && value.length < 500 && !/url\(/i.test(value));
  for (const [key, value] of variables) style.setProperty(key, value);
  const colors = COLORS.every((key) => variables.some(([one]) => one === key)) ? COLORS.map(colorOf) : [];
  const [back, panel, text, soft] = colors;
  if (colors.length && back[3] === 255 && panel[3] === 255 && isReadable(text, [back, panel])) {
    style.colorScheme = luminance(back) < 0.18 ? 'dark' : 'light';
    if (!isReadable(soft, [back, panel])) style.setProperty(COLORS[3], `rgb(${text.slice(0, 3)})`);
  } else {
    for (const [key] of variables) if (key.startsWith('--color-')) style.removeProperty(key);
  }
}

/** Takes theme, styles, language and time zone of the host. */
function applyContext(context) {
  Object.assign(host.context, context);
  localize(context);
  applyStyles(host.context);
}

/**
 * Calls a tool of the server through the host, and returns its result. A session in managed mode calls by `callTool` what
 * it does not list: there the direct call is an error of the protocol, or a result that is one.
 */
async function callTool(tool, given) {
  const call = (name, args) => request('tools/call', { name, arguments: args }).catch((error) => error);
  const failed = (result) => result instanceof Error || result.isError;
  const direct = await call(tool, given);
  if (!failed(direct)) return direct;
  const indirect = await call('callTool', { tool, arguments: given });
  if (!failed(indirect)) return indirect;
  // In other modes there is no `callTool`, and the first error is the one that counts.
  if (!(direct instanceof Error)) return direct;
  throw new Error(`${direct.message} With callTool: ${indirect instanceof Error ? indirect.message : textOf(indirect)}`);
}

/** Connects to the host. `shown` gets the result of the tool, `changed` is called when the host's context changed. */
function connect({ shown, cancelled, changed }) {
  const told = {
    'ui/notifications/tool-result': shown,
    'ui/notifications/tool-cancelled': cancelled,
    'ui/notifications/host-context-changed': (context) => {
      applyContext(context);
      // Colors follow the theme without a new drawing.
      if (['locale', 'timeZone', 'displayMode', 'availableDisplayModes'].some((key) => key in context)) changed();
    },
  };
  window.addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || !data || data.jsonrpc !== '2.0') return;
    if (data.method === undefined) {
      const waiting = host.pending.get(data.id);
      host.pending.delete(data.id);
      if (data.error) waiting?.reject(new Error(object(data.error).message ?? 'The host gives no reason.'));
      else waiting?.resolve(object(data.result));
    } else if (data.id === undefined) {
      if (Object.hasOwn(told, data.method)) told[data.method](object(data.params));
    } else if (data.method === 'ping' || data.method === 'ui/resource-teardown') {
      send({ id: data.id, result: {} });
    } else {
      send({ id: data.id, error: { code: -32601, message: 'The view does not know this method.' } });
    }
  });

  let last = '';
  const report = () => {
    const { width, height } = document.body.getBoundingClientRect();
    const size = { width: Math.ceil(width), height: Math.ceil(height) };
    // A frame that is not shown has no width, and its height means nothing.
    if (!size.width || last === `${size.width} ${size.height}`) return;
    last = `${size.width} ${size.height}`;
    notify('ui/notifications/size-changed', size);
  };

  request('ui/initialize', {
    protocolVersion: '2026-01-26',
    appInfo: { name: document.title, version: '1' },
    appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
  }).then(({ hostCapabilities, hostContext }) => {
    host.capabilities = object(hostCapabilities);
    applyContext(object(hostContext));
    notify('ui/notifications/initialized');
    new ResizeObserver(report).observe(document.body);
    changed();
  }, () => {
    // A host that refuses the view shows it no further.
  });
}
