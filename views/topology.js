// Topology: the answer of `showTopology`. It reads, from `view` or `facts`:
//   nodes: [{ id, kind: gateway | switch | ap | mxedge | client | other, name, model?, up?, site?, problem? }]
//   edges: [{ from, to, from_port?, to_port?, speed? (Mb/s), up?, problem?, kind?: wired | mesh | wireless }]
//   mermaid: text
// `problem` is the cause of the finding that marks the node or edge. The picture has a list beside it with the same content.
// parts: format, dom, host, answer

const KINDS = ['gateway', 'mxedge', 'switch', 'ap', 'client', 'other'];
const KIND_NAMES = { gateway: 'Gateway', mxedge: 'Mist Edge', switch: 'Switch', ap: 'Access point', client: 'Client', other: 'Other' };
const MAX_DRAWN = 160;
const MAX_NODES = 3_000;
const HEAD = { width: 132, height: 40 };
const LEAF = { width: 112, height: 26 };
const [GAP, PAD, DOWN] = [6, 10, 44];

const kindNumber = (node) => (KINDS.indexOf(node.kind) + KINDS.length) % KINDS.length;

/** The graph: nodes with the edges that lead away from the gateway, each node below one other. */
function graphOf(data, findings, mark) {
  const nodes = new Map();
  for (const node of objects(data.nodes).slice(0, MAX_NODES)) {
    const id = String(first(node.id, node.mac, node.name));
    const marked = known(node.problem) ? undefined : mark([node.mac], [node.name]);
    const problem = first(node.problem, marked?.severity === 'info' ? undefined : marked?.cause);
    nodes.set(id, { ...node, id, problem, said: known(problem) ? problemText(problem, node, findings) : stateText(flag(node.up)), links: [], below: [], state: marked && problem ? severityKind(marked.severity) : kindOf(problem, flag(node.up), findings) });
  }
  const edges = objects(data.edges).slice(0, 2 * MAX_NODES).map((edge) => ({
    ...edge, from: nodes.get(String(edge.from)), to: nodes.get(String(edge.to)), state: kindOf(edge.problem, flag(edge.up), findings),
  })).filter((edge) => edge.from && edge.to && edge.from !== edge.to);
  for (const edge of edges) {
    edge.from.links.push({ edge, node: edge.to });
    edge.to.links.push({ edge, node: edge.from });
  }
  // From the gateways down, each node is placed below the first that leads to it.
  const order = [...nodes.values()].sort((a, b) => kindNumber(a) - kindNumber(b));
  const roots = [];
  const placed = new Set();
  for (const root of order) {
    if (placed.has(root)) continue;
    roots.push(root);
    placed.add(root);
    root.level = 0;
    const queue = [root];
    for (let place = 0; place < queue.length; place += 1) {
      for (const { edge, node } of queue[place].links) {
        // A node of a higher kind hangs below another only where that is its own kind.
        if (placed.has(node) || kindNumber(node) < kindNumber(queue[place])) continue;
        placed.add(node);
        node.level = queue[place].level + 1;
        queue[place].below.push({ edge, node });
        queue.push(node);
      }
    }
  }
  return { nodes: [...nodes.values()], edges, roots, total: list(data.nodes).length };
}

const isBroken = (one) => one.state === 'bad' || one.state === 'warn';

/** The nodes that are drawn: all, or the broken ones with what is above them, as many as fit. */
function drawnNodes(graph, brokenOnly) {
  const walk = (node, above, into) => {
    into.push({ node, above });
    for (const { node: next } of node.below) walk(next, [...above, node], into);
    return into;
  };
  const all = graph.roots.flatMap((root) => walk(root, [], []));
  const broken = new Set(graph.edges.filter(isBroken).flatMap(({ from, to }) => [from, to]));
  const wanted = new Set();
  const add = ({ node, above }) => {
    for (const one of [...above, node]) if (wanted.size < MAX_DRAWN) wanted.add(one);
  };
  for (const one of all) if (isBroken(one.node) || broken.has(one.node)) add(one);
  if (!brokenOnly) for (const kind of [0, 1, 2, 3, 4, 5]) for (const one of all) if (kindNumber(one.node) === kind) add(one);
  return all.map(({ node }) => node).filter((node) => wanted.has(node));
}

/** A box with the name of a node. */
function box(node, width, height, mark = node.state) {
  const marked = mark === 'bad' || mark === 'warn';
  return svg('g', { transform: `translate(${node.x} ${node.y})` },
    svg('title', {}, clean(`${node.name ?? node.id}: ${nodeState(node)}`)),
    svg('rect', { class: `box ${marked ? mark : ''} ${node.state === '' ? 'dark' : ''}`, width, height, rx: 6 }),
    svg('text', { x: 7, y: 17 }, `${marked ? '✕ ' : ''}${shortened(node.name ?? node.id, Math.floor(width / 7) - (marked ? 3 : 1))}`),
    height > 30 && svg('text', { class: 'axis', x: 7, y: 32 }, KIND_NAMES[node.kind] ?? 'Other'));
}

/** Each device that others hang on is a group: its box, and below it the boxes of those that end there. */
function groupsOf(drawn, width) {
  const shown = new Set(drawn);
  const ends = (node) => !node.below.some((one) => shown.has(one.node)) && kindNumber(node) > KINDS.indexOf('switch');
  const fitting = Math.max(1, Math.floor((width - 2 * PAD + GAP) / (LEAF.width + GAP)));
  const sized = (group, most) => {
    const count = group.leaves.length;
    const columns = Math.min(most, fitting, Math.ceil(Math.sqrt(2 * count)));
    const rows = Math.ceil(count / Math.max(1, columns));
    return {
      ...group, columns,
      width: Math.max(HEAD.width, count ? columns * (LEAF.width + GAP) - GAP + 2 * PAD : 0),
      height: HEAD.height + (count ? rows * (LEAF.height + GAP) + PAD : 0),
    };
  };
  const levels = [];
  for (const node of drawn) {
    if (ends(node) && node.level > 0) continue;
    const leaves = node.below.filter((one) => shown.has(one.node) && ends(one.node));
    (levels[node.level] ??= []).push({ node, leaves, level: node.level });
  }
  // The groups of a level stand side by side, with fewer columns where that is needed for it.
  return levels.filter(Boolean).flatMap((level) => {
    for (let most = 6; most > 0; most -= 1) {
      const groups = level.map((group) => sized(group, most));
      if (groups.reduce((sum, group) => sum + group.width + PAD, -PAD) <= width) return groups;
    }
    return level.map((group) => sized(group, 6));
  });
}

function picture(graph, drawn, width) {
  let [x, y, high, level] = [0, 4, 0, 0];
  let row = [];
  const groups = groupsOf(drawn, width);
  const endRow = () => {
    const used = row.reduce((sum, group) => sum + group.width + PAD, -PAD);
    for (const group of row) group.x += Math.max(0, (width - used) / 2);
    y += high;
    [x, high, row] = [0, 0, []];
  };
  for (const group of groups) {
    if (group.level !== level || (row.length && x + group.width > width)) {
      endRow();
      y += group.level === level ? 16 : DOWN;
      level = group.level;
    }
    Object.assign(group, { x, y });
    row.push(group);
    x += group.width + PAD;
    high = Math.max(high, group.height);
  }
  endRow();
  const parts = groups.map((group) => {
    const { node, leaves } = group;
    Object.assign(node, { x: group.x + (group.width - HEAD.width) / 2, y: group.y });
    return [
      leaves.length > 0 && svg('rect', { class: 'group', x: group.x, y: group.y + HEAD.height / 2, width: group.width, height: group.height - HEAD.height / 2, rx: 8 }),
      box(node, HEAD.width, HEAD.height),
      leaves.map(({ edge, node: leaf }, place) => {
        leaf.x = group.x + PAD + (place % group.columns) * (LEAF.width + GAP);
        leaf.y = group.y + HEAD.height + GAP + Math.floor(place / group.columns) * (LEAF.height + GAP);
        return box(leaf, LEAF.width, LEAF.height, isBroken(leaf) ? leaf.state : edge.state);
      }),
    ];
  });
  const heads = new Map(groups.map((group) => [group.node, group]));
  const lines = graph.edges.filter(({ from, to }) => heads.has(from) && heads.has(to)).map((edge) => {
    const [top, bottom] = edge.from.y <= edge.to.y ? [edge.from, edge.to] : [edge.to, edge.from];
    const [x1, x2] = [top.x + HEAD.width / 2, bottom.x + HEAD.width / 2];
    const [y1, y2] = [heads.get(top).y + heads.get(top).height, bottom.y];
    const middle = (y1 + y2) / 2;
    const path = y2 <= y1
      ? `M${x1} ${top.y + 20}Q${(x1 + x2) / 2} ${top.y - 16} ${x2} ${bottom.y + 20}`
      : `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
    return svg('path', { class: `link ${edge.state === 'good' ? '' : edge.state}`, d: path }, svg('title', {}, clean(`${top.name ?? top.id} to ${bottom.name ?? bottom.id}`)));
  });
  const label = `Topology with ${counted(drawn.length, 'device')}; the list below has the same content`;
  return svg('svg', { width, height: y + 6, viewBox: `0 0 ${width} ${y + 6}`, role: 'img', 'aria-label': label }, lines, parts);
}

const nodeState = (node) => node.said;

function linkText(edge) {
  const parts = [known(edge.from_port) && clean(edge.from_port, 40), number(edge.speed) && speed(edge.speed),
    known(edge.kind) && edge.kind !== 'wired' && words(edge.kind)].filter(Boolean);
  return el('span', { class: 'soft small' }, parts.length ? `via ${parts.join(', ')} ` : '',
    isBroken(edge) && badge(known(edge.problem) ? words(edge.problem) : 'link down', edge.state));
}

/** The tree below a node as a list. */
function item({ edge, node }) {
  const line = [name(node.name ?? node.id), ' ', el('span', { class: 'soft small' }, KIND_NAMES[node.kind] ?? 'Other',
    known(node.model) && [' ', name(node.model)]), ' ', badge(nodeState(node), node.state), ' ', edge && linkText(edge)];
  return el('li', {}, line, node.below.length > 0 && longList(node.below, item, { most: 60, what: 'devices' }));
}

let brokenOnly = false;

start(function draw(answer, main) {
  const graph = graphOf(dataOf(answer), objects(answer.findings), marksOf(answer));
  if (!graph.nodes.length) return drawAnswer(answer, el('p', { class: 'soft' }, 'The answer has no devices.'));
  const place = el('div');
  // The box of a device at a marked link is marked as well, where the link itself is not drawn.
  const marks = [[graph.nodes, 'device'], [graph.edges, 'link']].map(([all, one]) => [all.filter(isBroken).length, one]).filter(([count]) => count);
  const marked = marks.map(([count, one]) => counted(count, one)).join(' and ');
  const redraw = () => {
    const drawn = drawnNodes(graph, brokenOnly);
    const left = graph.total - drawn.length;
    place.replaceChildren(drawn.length ? picture(graph, drawn, Math.max(200, main.clientWidth - 24)) : el('p', {}, 'Nothing is marked as broken.'),
      left > 0 && drawn.length ? el('p', { class: 'soft small' }, `The picture leaves out ${counted(left, 'device')}.`) : '');
  };
  const check = el('input', { type: 'checkbox', id: 'broken-only' });
  check.checked = brokenOnly;
  check.addEventListener('change', () => { brokenOnly = check.checked; redraw(); });
  redraw();
  const mermaid = dataOf(answer).mermaid;
  return drawAnswer(answer, [
    el('div', { class: 'row' }, el('label', { for: 'broken-only' }, check, ' Only what is broken'),
      el('span', { class: 'soft small' }, `${counted(graph.total, 'device')}; ${marked ? `marked (✕, or a dashed line): ${marked}` : 'none marked'}`)),
    place,
    details('As a list', el('div', { class: 'tree' }, longList(graph.roots.map((node) => ({ node })), item, { most: 60, what: 'devices' }))),
    typeof mermaid === 'string' && details('As Mermaid text', el('pre', { tabindex: '0', 'aria-label': 'Mermaid text' }, clean(mermaid.replace(/\n/g, '\u21b5'), 60_000).replace(/\u21b5/g, '\n'))),
  ]);
}, { fits: true });
