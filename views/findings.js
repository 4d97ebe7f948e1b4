// Findings: the answer of any tool that answers a question, where no other view shows more. It reads the answer's own fields, and of
// `facts` each value that is no list, as a fact; each list of objects as a table.
// parts: format, dom, host, answer

const MAX_FACTS = 40;
const isTime = (key) => /(^|_)(since|seen|time|when|start|end|until|at)$/.test(key);

/** The value of a fact for people. */
function factOf(key, value) {
  if (isTime(key) && number(value) > 1e9) return time(value);
  if (Array.isArray(value)) return value.slice(0, 12).map((one) => clean(one, 60)).join(', ') + (value.length > 12 ? ' …' : '');
  if (value && typeof value === 'object') return Object.entries(value).slice(0, 8).map(([name, one]) => `${words(name)} ${clean(one, 60)}`).join(', ');
  return value;
}

start((answer) => {
  const data = Object.entries(dataOf(answer)).filter(([key]) => key !== 'marks');
  const isRows = (value) => Array.isArray(value) && value.length > 0 && objects(value).length === value.length;
  const plainFacts = data.filter(([, value]) => !isRows(value)).slice(0, MAX_FACTS);
  return drawAnswer(answer, [
    facts(plainFacts.map(([key, value]) => [words(key), factOf(key, value)])),
    data.filter(([, value]) => isRows(value)).slice(0, MAX_FACTS).map(([key, rows]) => details(words(key), rowTable(words(key), rows))),
  ]);
});
