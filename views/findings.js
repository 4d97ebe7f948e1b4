// Findings: the answer of any tool that answers a question, where no other view shows more. It reads the answer's own fields, and of
// `facts` each value that is no list, as a fact; each list of objects as a table.
// parts: format, dom, host, answer

const MAX_FACTS = 40;
/** Rows of a list that are shown at once. */
const MOST = 25;

start((answer) => {
  const data = Object.entries(dataOf(answer)).filter(([key]) => key !== 'marks');
  const isRows = (value) => Array.isArray(value) && value.length > 0 && objects(value).length === value.length;
  const plainFacts = data.filter(([, value]) => !isRows(value)).slice(0, MAX_FACTS);
  const lists = data.filter(([, value]) => isRows(value)).slice(0, MAX_FACTS);
  return drawAnswer(answer, [
    facts(plainFacts.map(([key, value]) => [heading(key), shownValue(key, value)])),
    // The first list is what was asked for.
    lists.map(([key, rows], place) => (place ? details : unfolded)(heading(key), rowTable(heading(key), rows, MOST))),
  ]);
});
