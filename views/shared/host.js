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

/** Takes theme, style variables, language and time zone of the host. */
function applyContext(context) {
  Object.assign(host.context, context);
  localize(context);
  const root = document.documentElement;
  if (context.theme === 'light' || context.theme === 'dark') root.style.colorScheme = context.theme;
  const variables = object(object(context.styles).variables);
  // With text of the host on a background of our own, or the other way round, nothing would be readable.
  const complete = ['--color-background-primary', '--color-background-secondary', '--color-text-primary',
    '--color-text-secondary'].every((key) => typeof variables[key] === 'string');
  for (const [key, value] of Object.entries(variables)) {
    const isColor = key.startsWith('--color-');
    if (/^--[a-z0-9-]+$/.test(key) && typeof value === 'string' && value.length < 500 && !/url\(/i.test(value)
      && (complete || !isColor)) root.style.setProperty(key, value);
  }
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
  // In other modes there is no `callTool`: the error of the tool itself says more.
  const result = failed(indirect) && !(direct instanceof Error) ? direct : indirect;
  if (result instanceof Error) throw result;
  return result;
}

/** Connects to the host. `shown` gets the result of the tool, `changed` is called when the host's context changed. */
function connect({ shown, cancelled, changed }) {
  const told = {
    'ui/notifications/tool-result': shown,
    'ui/notifications/tool-cancelled': cancelled,
    'ui/notifications/host-context-changed': (context) => {
      applyContext(context);
      changed();
    },
  };
  window.addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || !data || data.jsonrpc !== '2.0') return;
    if (data.method === undefined) {
      const waiting = host.pending.get(data.id);
      host.pending.delete(data.id);
      if (data.error) waiting?.reject(new Error(object(data.error).message));
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
    if (last === `${size.width} ${size.height}`) return;
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
