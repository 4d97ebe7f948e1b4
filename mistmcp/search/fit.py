"""Fits the weights of findTools to the train questions, and makes answerable.bin, the classifier of its confidence.

    fit.py CORPUS OUTPUT

CORPUS is what `cargo xtask search-corpus` prints. The weights are printed; they belong into weights.rs. OUTPUT is the
classifier: a scale (f32), and a signed byte for each bucket of hashed stems and pairs of stems.
"""

import json
import sys

import numpy as np
import scipy.sparse
import torch
from sklearn.linear_model import LogisticRegression

START = [2.63, 1.92, 1.93, 2.09, 0.17, -0.44, 0.32, -0.20, 0.24, -0.29, 0.3, 0, 0, 0, 0, 0, -0.6]
BUCKETS = 1 << 14
# Share of the answerable questions that may be doubted.
DOUBTED = 0.03
# A train question counts as much as so many others.
TRAIN = 3.0
rng = np.random.default_rng(0)


def bucket(term):
    value = 0x811C9DC5
    for byte in term.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value % BUCKETS


def terms(stems):
    bounded = ["^", *stems, "$"]
    return {bucket(stem) for stem in stems} | {bucket(f"{one} {next}") for one, next in zip(bounded, bounded[1:])}


def matrix(texts):
    rows, columns, values = [], [], []
    for row, stems in enumerate(texts):
        found = terms(stems)
        rows += [row] * len(found)
        columns += found
        values += [len(found) ** -0.5] * len(found)
    return scipy.sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), BUCKETS))


def classifier(features, answerable, importance):
    importance = np.where(answerable, importance, importance * (importance[answerable].sum() / importance[~answerable].sum()))
    return LogisticRegression(C=10, max_iter=200, solver="liblinear").fit(features, answerable, sample_weight=importance)


def fit_ranking(rows):
    features = torch.tensor([row["query"]["tools"] for row in rows])
    wanted = torch.zeros(features.shape[:2])
    for number, row in enumerate(rows):
        wanted[number, row["wanted"]] = 1
    start = torch.tensor(START)
    weights = start.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([weights], lr=0.02)
    for _ in range(400):
        scores = 2 * (features @ weights)
        hits = torch.logsumexp(scores.masked_fill(wanted == 0, -1e9), 1)
        loss = (torch.logsumexp(scores, 1) - hits).mean() + 0.01 * ((weights - start) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [round(weight, 2) for weight in weights.tolist()]


def main():
    corpus = json.load(open(sys.argv[1]))
    train = corpus["train"]
    print("WEIGHTS", fit_ranking([row for row in train if row["wanted"]]))

    # Train questions are among the questions of the tools: only the folds may tell the classifier of them.
    own = {row["question"].lower() for row in train}
    known = {text["text"]: text["words"]["stems"] for text in corpus["texts"] if text["text"].lower() not in own}
    unanswerable = [line["words"]["stems"] for line in corpus["unanswerable"]]
    fixed = matrix([*known.values(), *unanswerable])
    fixed_labels = np.arange(fixed.shape[0]) < len(known)
    asked = matrix([row["query"]["stems"] for row in train])
    labels = np.array([bool(row["wanted"]) for row in train])

    def trained(rows):
        features = scipy.sparse.vstack([fixed, asked[rows]])
        importance = np.r_[np.ones(fixed.shape[0]), np.full(len(rows), TRAIN)]
        return classifier(features, np.r_[fixed_labels, labels[rows]], importance)

    def judged(rows, folds):
        """Decisions about train questions by classifiers that do not know them."""
        decisions = np.zeros(len(rows))
        order = rng.permutation(len(rows))
        for fold in range(folds):
            held = order[fold::folds]
            decisions[held] = trained(rows[np.setdiff1d(order, held)]).decision_function(asked[rows[held]])
        return decisions

    evidence = np.array([row["query"]["confidence"] for row in train])[:, : len(train[0]["query"]["confidence"]) - 1]
    fit = lambda rows, decisions: LogisticRegression(C=1, max_iter=1000, class_weight="balanced").fit(
        np.c_[evidence[rows][:, 1:], decisions], labels[rows]
    )
    # What the whole is worth on questions that neither the classifier nor the weights know.
    everything = np.arange(len(train))
    order, held_out = rng.permutation(len(train)), np.zeros(len(train))
    for fold in range(5):
        held = order[fold::5]
        rest = np.setdiff1d(order, held)
        decisions = trained(rest).decision_function(asked[held])
        held_out[held] = fit(rest, judged(rest, 4)).decision_function(np.c_[evidence[held][:, 1:], decisions])
    threshold = np.quantile(held_out[labels], DOUBTED)
    flagged = (held_out[~labels] < threshold).mean()
    print(f"cross-validated: {100 * DOUBTED:.0f} % doubted, {100 * flagged:.1f} % flagged; at 5 %:",
          f"{100 * (held_out[~labels] < np.quantile(held_out[labels], 0.05)).mean():.1f} %")

    final = fit(everything, judged(everything, 5))
    weights = [float(final.intercept_[0] - threshold), *final.coef_[0].tolist()]
    print("CONFIDENCE", [round(weight, 2) for weight in weights])
    model = trained(everything)
    table = model.coef_[0]
    scale = float(np.abs(table).max()) / 127
    with open(sys.argv[2], "wb") as output:
        output.write(np.float32([scale, model.intercept_[0]]).astype("<f4").tobytes())
        output.write(np.round(table / scale).astype(np.int8).tobytes())


main()
