"""Fits the weights of findTools to the train questions, and makes its classifiers: answerable.bin, order.bin and kinds.bin.

    fit.py CORPUS-0 CORPUS-1 FOLDER

Each corpus is what `cargo xtask search-corpus` prints with the vectors that know every second train question. The weights are
printed; they belong in weights.rs. A classifier is a scale and an intercept (f32), and a signed byte for each bucket of hashed
stems, pairs of stems, and up to three words of the pattern. answerable.bin and order.bin are those of the confidence; kinds.bin
has a line with the kinds of tools, and one for each.

Only train questions that are not questions of a tool too decide on the ranking and on the threshold of the confidence: the
vectors know the others.
"""

import collections
import json
import sys

import numpy as np
import scipy.optimize
import scipy.sparse
import snowballstemmer
from sklearn.linear_model import LogisticRegression

# Where the ranking starts; the weights of tools without questions stay.
START = [3, 1.2, 3, 3.5, 0.2, 0.3, -0.6, 0.1, -0.3, 3, -0.1, -0.5, 0.5, 0.4, 0, -1, -2, -1.5, 1]
# Place of the decisions about a tool's kinds among its features.
KINDS = 4
# Minimum number of tools of a kind.
COMMON = 10
# Only so many tools, the best ones by START, are weighed against each other.
CANDIDATES = 40
# Pull of the ranking's weights to START.
PULL = 0.005
BUCKETS, BUCKETS_OF_ORDER, BUCKETS_OF_KIND = 1 << 14, 1 << 13, 1 << 11
# Maximum number of adjacent stems, and of adjacent words of the pattern, in a bucket.
LONGEST = {"stems": 2, "pattern": 3}
# Share of the answerable questions that may be doubted.
DOUBTED = 0.03
# A train question counts as much as so many others.
TRAIN = 3.0
rng = np.random.default_rng(0)


def hashed(term):
    value = 0xCBF29CE484222325
    for byte in term.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def terms(words):
    found = set()
    for kind, longest in LONGEST.items():
        bounded = ["^", *words[kind], "$"]
        for length in range(1, longest + 1):
            found |= {hashed(" ".join(bounded[at : at + length])) for at in range(len(bounded) - length + 1)}
    return found


def matrix(texts, buckets=BUCKETS):
    rows, columns, values = [], [], []
    for row, words in enumerate(texts):
        found = {term % buckets for term in terms(words)}
        rows += [row] * len(found)
        columns += found
        values += [len(found) ** -0.5] * len(found)
    return scipy.sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), buckets))


def as_bytes(model):
    """A classifier as in the files."""
    scale = float(np.abs(model.coef_).max()) / 127
    head = np.float32([scale, model.intercept_[0]]).astype("<f4").tobytes()
    return head + np.round(model.coef_[0] / scale).astype(np.int8).tobytes()


class Kinds:
    """Classifiers of queries by the kinds of tools that answer them."""

    def __init__(self, corpus, rows):
        stem = snowballstemmer.stemmer("english").stemWord
        titles, owners, words = {}, collections.defaultdict(set), {}
        place = {name: number for number, name in enumerate(corpus["tools"])}
        for text in corpus["texts"]:
            titles.setdefault(text["tool"], text["text"].lower().split())
            owners[text["text"]].add(place[text["tool"]])
            words[text["text"]] = text["words"]
        first = [fields["name"].split("_")[0] for fields in corpus["fields"]]
        names = [
            {stem(word) for word in [*title[:2], title[-1], category]}
            for title, category in zip((titles[tool] for tool in corpus["tools"]), first)
        ]
        common = collections.Counter(name for tool in names for name in tool)
        self.names = sorted(name for name, tools in common.items() if tools >= COMMON)
        self.of_tools = np.array([[name in tool for name in self.names] for tool in names], float)
        share = lambda tools: self.of_tools[list(tools)].mean(0)
        self.texts = matrix(words.values(), BUCKETS_OF_KIND)
        self.asked = matrix([row["query"] for row in rows], BUCKETS_OF_KIND)
        self.of_texts = np.array([share(owners[text]) for text in words])
        self.of_asked = np.array([share(row["wanted"]) for row in rows])

    def trained(self, rows):
        """A classifier for each kind. A text of tools of several kinds is an example for and against, by its share."""
        features = scipy.sparse.vstack([self.texts, self.asked[rows]] * 2)
        shares = np.r_[self.of_texts, self.of_asked[rows]]
        importance = np.r_[np.ones(len(self.of_texts)), np.full(len(rows), TRAIN)]
        answers = np.repeat([True, False], len(shares))
        models = []
        for share in shares.T:
            weight = np.r_[importance * share, importance * (1 - share)]
            model = LogisticRegression(C=10, max_iter=200, solver="liblinear")
            models.append(model.fit(features[weight > 0], answers[weight > 0], sample_weight=weight[weight > 0]))
        return models

    def judged(self, folds):
        """For each row, the sums of its decisions about the kinds of each tool, by classifiers that do not know it."""
        order, decisions = rng.permutation(len(self.of_asked)), np.zeros(self.of_asked.shape)
        for fold in range(folds):
            held = order[fold::folds]
            models = self.trained(np.setdiff1d(order, held))
            decisions[held] = np.stack([model.decision_function(self.asked[held]) for model in models], 1)
        return decisions @ self.of_tools.T

    def write(self, path):
        with open(path, "wb") as output:
            output.write(" ".join(self.names).encode() + b"\n")
            for model in self.trained(np.arange(len(self.of_asked))):
                output.write(as_bytes(model))


class Classifier:
    """A classifier of queries, fitted to texts that are always known and to train questions."""

    def __init__(self, texts, of_texts, queries, of_queries, buckets):
        self.texts, self.of_texts = matrix(texts, buckets), np.array(of_texts)
        self.queries, self.of_queries = matrix(queries, buckets), np.array(of_queries)

    def trained(self, rows):
        features = scipy.sparse.vstack([self.texts, self.queries[rows]])
        yes = np.r_[self.of_texts, self.of_queries[rows]]
        importance = np.r_[np.ones(len(self.of_texts)), np.full(len(rows), TRAIN)]
        importance = np.where(yes, importance, importance * (importance[yes].sum() / importance[~yes].sum()))
        return LogisticRegression(C=10, max_iter=200, solver="liblinear").fit(features, yes, sample_weight=importance)

    def of_others(self, rows, others):
        """Decisions about other rows."""
        return self.trained(rows).decision_function(self.queries[others])

    def judged(self, rows, folds):
        """Decisions about train questions by classifiers that do not know them."""
        decisions, order = np.zeros(len(rows)), rng.permutation(len(rows))
        for fold in range(folds):
            held = order[fold::folds]
            decisions[held] = self.of_others(rows[np.setdiff1d(order, held)], rows[held])
        return decisions


def ranking(features, wanted):
    """The weights under which wanted tools are the likeliest."""
    start = np.array(START)

    def loss(weights):
        scores = 2 * (features @ weights)
        likely = np.exp(scores - scores.max(1, keepdims=True))
        whole, hits = likely.sum(1), (likely * wanted).sum(1)
        slope = likely / whole[:, None] - likely * wanted / hits[:, None]
        away = weights - start
        gradient = 2 * np.einsum("ij,ijk->k", slope, features) / len(features) + 2 * PULL * away
        return (np.log(whole) - np.log(hits)).mean() + PULL * (away**2).sum(), gradient

    return scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B").x


def fit_ranking(rows, of_kinds):
    features = np.array([row["query"]["tools"] for row in rows])
    features[:, :, KINDS] = of_kinds
    wanted = np.zeros(features.shape[:2], bool)
    for number, row in enumerate(rows):
        wanted[number, row["wanted"]] = True
    best = np.argsort(-(features @ START), 1, kind="stable")[:, :CANDIDATES]
    features, wanted = np.take_along_axis(features, best[:, :, None], 1), np.take_along_axis(wanted, best, 1)
    found = wanted.any(1)
    order, hits = rng.permutation(len(rows)), np.zeros((len(rows), 5))
    for fold in range(5):
        held = order[fold::5]
        rest = np.setdiff1d(order, held)
        rest = rest[found[rest]]
        scores = features[held] @ ranking(features[rest], wanted[rest])
        hits[held] = np.take_along_axis(wanted[held], np.argsort(-scores, 1, kind="stable")[:, :5], 1)
    print(f"cross-validated: {100 * hits[:, 0].mean():.1f} % first, {100 * hits.any(1).mean():.1f} % among five")
    return ranking(features[found], wanted[found])


def of_best(query, weights):
    """The features of the confidence if these are the weights of the ranking."""
    features, confidence = np.array(query["tools"]), np.array(query["confidence"])
    best = features[np.argmax(features @ weights), 1:4] - confidence[1:4]
    # The similarities to the best tool, and its margins by words and by meaning.
    confidence[1:8] += [*best, best[0], best[0], best[1], best[1]]
    return confidence


def read(paths):
    """The corpus, with each train question's features by vectors that do not know it."""
    for half, path in enumerate(paths):
        corpus = json.load(open(path))
        for number, row in enumerate(corpus["train"]):
            if number % 2 == half:
                row["query"] = train[number]["query"] if half else None
            else:
                row["query"]["tools"] = np.array(row["query"]["tools"], np.float32)
        train = corpus["train"]
    return corpus


def main():
    corpus = read(sys.argv[1:3])
    train = corpus["train"]
    asked_of_tools = {text["text"].lower() for text in corpus["texts"]}
    fresh = np.array([row["question"].lower() not in asked_of_tools for row in train])
    rows = [row for row, is_fresh in zip(train, fresh) if row["wanted"] and is_fresh]
    kinds = Kinds(corpus, rows)
    weights = fit_ranking(rows, kinds.judged(5))
    print("WEIGHTS", [round(float(weight), 2) for weight in weights])

    # Train questions may be among the questions of the tools: only the folds may tell the classifier of them.
    own = {row["question"].lower() for row in train}
    known = {text["text"]: text["words"] for text in corpus["texts"] if text["text"].lower() not in own}
    others = [line for line in corpus["unanswerable"] if line["text"].lower() not in own]
    texts = [*known.values(), *(line["words"] for line in others)]
    queries = [row["query"] for row in train]
    labels = np.array([bool(row["wanted"]) for row in train])
    answerable = np.arange(len(texts)) < len(known)
    orders = [False] * len(known) + [line["section"] == "[change]" for line in others]
    classifiers = [
        Classifier(texts, answerable, queries, labels, BUCKETS),
        Classifier(texts, orders, queries, [row["order"] for row in train], BUCKETS_OF_ORDER),
    ]

    evidence = np.array([of_best(row["query"], weights) for row in train])[:, 1 : -len(classifiers)]
    features = lambda rows, decisions: np.c_[evidence[rows], np.stack(decisions, 1)]
    fit = lambda rows, decisions: LogisticRegression(C=1, max_iter=1000, class_weight="balanced").fit(
        features(rows, decisions), labels[rows]
    )
    # What the whole is worth on questions that neither the classifiers nor the weights know.
    everything = np.arange(len(train))
    order, held_out = rng.permutation(len(train)), np.zeros(len(train))
    for fold in range(5):
        held = order[fold::5]
        rest = np.setdiff1d(order, held)
        model = fit(rest, [classifier.judged(rest, 4) for classifier in classifiers])
        decisions = [classifier.of_others(rest, held) for classifier in classifiers]
        held_out[held] = model.decision_function(features(held, decisions))
    threshold = np.quantile(held_out[labels & fresh], DOUBTED)
    for doubted in (DOUBTED, 0.03, 0.05, 0.08):
        flagged = (held_out[~labels] < np.quantile(held_out[labels & fresh], doubted)).mean()
        print(f"cross-validated: {100 * doubted:.1f} % doubted, {100 * flagged:.1f} % flagged")

    final = fit(everything, [classifier.judged(everything, 5) for classifier in classifiers])
    weights = [float(final.intercept_[0] - threshold), *final.coef_[0].tolist()]
    print("CONFIDENCE", [round(weight, 2) for weight in weights])
    for name, classifier in zip(("answerable", "order"), classifiers):
        with open(f"{sys.argv[3]}/{name}.bin", "wb") as output:
            output.write(as_bytes(classifier.trained(everything)))
    kinds.write(f"{sys.argv[3]}/kinds.bin")


main()
