"""Fits the weights of findTools to the train questions, and prints the new weights.rs.

    fit.py CORPUS

CORPUS is what `cargo xtask search-corpus` prints.
"""

import json
import sys

import torch

START = [2.63, 1.92, 1.93, 2.09, 0.17, -0.44, 0.32, -0.20, 0.24, -0.29, 0.3, 0, 0, 0, 0, 0, -0.6]


def fitted(start, steps, loss_of):
    weights = torch.tensor(start, dtype=torch.float32, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=0.02)
    for _ in range(steps):
        loss = loss_of(weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [round(weight, 2) for weight in weights.tolist()]


def main():
    train = json.load(open(sys.argv[1]))["train"]
    rows = [row for row in train if row["wanted"]]
    features = torch.tensor([row["query"]["tools"] for row in rows])
    wanted = torch.zeros(features.shape[:2])
    for number, row in enumerate(rows):
        wanted[number, row["wanted"]] = 1

    def ranking(weights):
        scores = 2 * (features @ weights)
        hits = torch.logsumexp(scores.masked_fill(wanted == 0, -1e9), 1)
        return (torch.logsumexp(scores, 1) - hits).mean() + 0.01 * ((weights - torch.tensor(START)) ** 2).sum()

    print("WEIGHTS", fitted(START, 400, ranking))
    evidence = torch.tensor([row["query"]["confidence"] for row in train])
    answerable = torch.tensor([float(bool(row["wanted"])) for row in train])
    # A wrong doubt costs more than a wrong confidence.
    cost = torch.where(answerable == 1, 1.0, float(answerable.sum() / (1 - answerable).sum()) * 0.5)

    def confidence(weights):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(evidence @ weights, answerable, cost)
        return loss + 0.001 * (weights**2).sum()

    print("CONFIDENCE", fitted([-4.0, 2.0, 2.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 0.0], 800, confidence))


main()
