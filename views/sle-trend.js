// Service level: the answer of `explainSle`. It reads, from `view` or `facts`:
//   site, metric, value (0 to 1)     trend: [{ when, value }], without value where there are no data
//   metrics: [{ metric, value }]     hit: [{ kind, name, share?, mac? }]
//   classifiers: [{ name, share, users?, aps?, trend?: [0 to 1] }], with the share of the time that failed
// parts: format, dom, host, answer, chart

const MAX_POINTS = 1_500;

const HIT = { ap: 'Access points', client: 'Clients', wired_client: 'Wired clients', wlan: 'WLANs', switch: 'Switches', gateway: 'Gateways', band: 'Bands', device_type: 'Types of device', device_os: 'Systems' };

const share = (value) => (number(value) === undefined ? undefined : percent(value));

/** A classifier: its share of the failures, whom it hits, and its course as a small line. A share is no verdict: it has no color. */
function classifier(one) {
  const value = number(one.share);
  const hits = [number(one.users) !== undefined && counted(one.users, 'user'), number(one.aps) !== undefined && counted(one.aps, 'access point')].filter(Boolean);
  const course = list(one.trend).filter((point) => number(point) !== undefined).slice(0, 200);
  const most = Math.max(...course, 1e-9);
  const path = course.map((point, place) => `${place ? 'L' : 'M'}${((58 * place) / (course.length - 1)).toFixed(1)} ${(15 - (14 * point) / most).toFixed(1)}`);
  return el('li', {}, el('span', {}, words(one.name ?? ''), hits.length > 0 && el('span', { class: 'soft small' }, ` ${hits.join(', ')}`)),
    value === undefined ? el('span', { class: 'soft small' }, 'share unknown') : bar(value),
    el('span', { class: 'right' }, share(value) ?? '', course.length > 1
      && svg('svg', { width: 60, height: 16, viewBox: '0 0 60 16', 'aria-hidden': 'true' }, svg('path', { class: 'plot', d: path.join('') }))));
}

start(function draw(answer, main) {
  const data = dataOf(answer);
  const site = object(data.site);
  const width = Math.max(220, main.clientWidth - 24);
  let points = objects(data.trend).map((point) => ({ at: moment(point.when), value: number(point.value) }))
    .filter((point) => point.at !== undefined).sort((a, b) => a.at - b.at);
  const step = Math.ceil(points.length / MAX_POINTS);
  if (step > 1) points = points.filter((_, place) => place % step === 0);
  const classifiers = objects(data.classifiers).sort((a, b) => (number(b.share) ?? 0) - (number(a.share) ?? 0));
  const metrics = objects(data.metrics);
  const hit = objects(data.hit);
  // The shares of each kind add up on their own.
  const kinds = [...new Set(hit.map((one) => one.kind))].slice(0, 20);
  return drawAnswer(answer, [
    facts([['Site', first(site.name, typeof data.site === 'string' ? data.site : undefined)], ['Metric', known(data.metric) ? words(data.metric) : undefined], ['Level', share(data.value)]]),
    points.length > 0 && [el('h2', {}, 'Over time'),
      lineChart('Service level over time; the table below has the values', points, { width, low: 0, high: 1, show: percent }),
      details('As a table', table('Service level over time', points, [
        { heading: 'When', value: (row) => row.at, show: time },
        { heading: 'Level', value: (row) => share(row.value) ?? 'no data', right: true },
      ]))],
    classifiers.length > 0 && [el('h2', {}, 'Why it fails'), longList(classifiers, classifier, { attributes: { class: 'bars' }, most: 30 })],
    hit.length > 0 && [el('h2', {}, 'Who and what is hit'), kinds.map((kind) => [kinds.length > 1 && el('h3', {}, HIT[kind] ?? heading(String(kind ?? 'Others'))),
      table(HIT[kind] ?? 'Who and what is hit', hit.filter((one) => one.kind === kind), [
        { heading: 'Name', value: (row) => first(row.name, row.mac) },
        { heading: 'MAC', value: (row) => row.mac },
        { heading: 'Share of the failures', value: (row) => share(row.share), right: true },
      ])])],
    metrics.length > 0 && [el('h2', {}, 'All levels of the site'), longList(metrics, (one) => {
      const value = number(one.value);
      return el('li', {}, el('span', {}, words(one.metric ?? '')), value === undefined ? el('span', { class: 'soft small' }, 'no data')
        : bar(value, value >= 0.9 ? 'good' : value >= 0.7 ? 'warn' : 'bad'), el('span', { class: 'right' }, share(value) ?? ''));
    }, { attributes: { class: 'bars' }, most: 40 })],
  ]);
}, { fits: true });
