"""Makes vectors.bin, the word vectors of findTools, from the questions of the tools and a published sentence model.

    vectors.py CORPUS OUTPUT

CORPUS is what `cargo xtask search-corpus` prints. OUTPUT-0 and OUTPUT-1 are made as well: vectors for every second train question,
and for the others, which do not know them, so that the weights can be fitted to similarities as new questions have them.

Each stem gets the model's vector of its commonest word, reduced by principal components and weighted by rarity; the sums of stems
are fitted to the model's vectors of whole texts, and then tuned so that questions of one tool are near each other. The train questions are tuned as well: they tell which words are mere context. The
questions that no tool answers count as those of two more tools.
"""

import collections
import json
import re
import struct
import sys

import numpy as np
import scipy.sparse
import scipy.special
import snowballstemmer
from sentence_model import SentenceModel

DIMENSIONS = 64
COMMON_WORDS = 3800
RARE = 1e-3
# Rate and steps of the optimizer.
RATE, FITTED_STEPS, TUNED_STEPS = 0.01, 150, 160
# Pull of the fitted vectors to the model's, and of the tuned ones to the fitted ones.
PULL_OF_FITTED, PULL_OF_TUNED = 0.05, 0.3
TEMPERATURE = 0.08
# Texts and train questions in a step of the tuning; the share of their stems that is left out, and the mean number of stems of
# other train questions that are added.
TEXTS, QUESTIONS, LEFT_OUT, ADDED = 800, 400, 0.3, 0.5
rng = np.random.default_rng(1)


def sums(bags, stems):
    """A matrix that adds the vectors of the stems in each bag."""
    starts = np.cumsum([0, *(len(bag) for bag in bags)])
    places = np.concatenate([np.asarray(bag, int) for bag in bags])
    return scipy.sparse.csr_matrix((np.ones(len(places), np.float32), places, starts), shape=(len(bags), stems))


def directions(matrix, table):
    """The unit vectors of bags, and the lengths that their sums had."""
    vectors = matrix @ table
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    return vectors / lengths, lengths


def back(matrix, vectors, lengths, gradient):
    """The gradient of the table, from that of its directions."""
    return matrix.T @ ((gradient - vectors * (vectors * gradient).sum(1, keepdims=True)) / lengths)


def optimized(table, steps, gradient_of):
    """Adam."""
    table, mean, square = table.copy(), np.zeros_like(table), np.zeros_like(table)
    for step in range(1, steps + 1):
        gradient = gradient_of(table)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        table -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return table


def fitted(start, bags, wanted):
    """The table whose directions of bags are the wanted ones."""
    matrix = sums(bags, len(start))

    def gradient_of(table):
        vectors, lengths = directions(matrix, table)
        pull = 2 * PULL_OF_FITTED * (table - start) / len(start)
        return back(matrix, vectors, lengths, 2 * (vectors - wanted) / len(bags)) + pull

    return optimized(start, FITTED_STEPS, gradient_of)


def tuned(start, texts, questions):
    """The table by which texts and questions, each a bag and the numbers of its tools, are near the texts of their tools."""
    tools = 1 + max(number for _, owners in texts + questions for number in owners)
    owned = lambda rows: np.array([[number in owners for number in range(tools)] for _, owners in rows], np.float32)
    of_texts, of_questions = owned(texts), owned(questions)
    matrix = sums([bag for bag, _ in texts], len(start))
    context = np.concatenate([bag for bag, _ in questions])

    def varied(bag):
        bag = np.asarray(bag)
        kept = bag[rng.random(len(bag)) >= LEFT_OUT]
        return np.r_[kept if len(kept) else bag[:1], rng.choice(context, rng.poisson(ADDED))]

    def gradient_of(table):
        text, question = rng.permutation(len(texts))[:TEXTS], rng.permutation(len(questions))[:QUESTIONS]
        asked = [texts[number][0] for number in text] + [questions[number][0] for number in question]
        owners = np.r_[of_texts[text], of_questions[question]]
        queries = sums([varied(bag) for bag in asked], len(start))
        of_all, lengths_of_all = directions(matrix, table)
        of_queries, lengths = directions(queries, table)
        likeness = of_queries @ of_all.T / TEMPERATURE
        likeness[np.arange(len(text)), text] = -np.inf
        shares = scipy.special.softmax(likeness, axis=1)
        of_tools = shares @ of_texts + 1e-9
        mine = (of_tools * owners).sum(1) / owners.sum(1)
        # The loss is the mean of -ln(mine / sum of all tools).
        slope = 1 / of_tools.sum(1, keepdims=True) - owners / (owners.sum(1) * mine)[:, None]
        slope = slope @ of_texts.T
        slope = shares * (slope - (shares * slope).sum(1, keepdims=True)) / (len(asked) * TEMPERATURE)
        pull = 2 * PULL_OF_TUNED * (table - start) / len(start)
        return back(queries, of_queries, lengths, slope @ of_all) + back(matrix, of_all, lengths_of_all, slope.T @ of_queries) + pull

    return optimized(start, TUNED_STEPS, gradient_of)


def vocabulary_of(corpus, texts, model):
    """The commonest word of each stem that the vectors know, by sorted stems."""
    stemmer = snowballstemmer.stemmer("english")
    written = collections.Counter(word for text in texts for word in re.findall(r"[a-z0-9]+", text["text"].lower()))
    words = {}
    for word, _ in written.most_common():
        words.setdefault(stemmer.stemWord(word), word)
    names = [words for field in corpus["fields"] for words in (field["category"], field["params"])]
    for stem in (stem for read in [text["words"] for text in texts] + names for stem in read["stems"]):
        words.setdefault(stem, stem)
    # What a single text has is a name that somebody made up, unless the model knows the word.
    uses = collections.Counter(stem for text in texts for stem in set(text["words"]["stems"]))
    kept = {stem for read in names for stem in read["stems"]}
    words = {
        stem: word for stem, word in words.items() if uses[stem] > 1 or stem in kept or word in model.vocabulary
    }
    common = [word for word, _ in sorted(model.vocabulary.items(), key=lambda item: item[1]) if re.fullmatch("[a-z]{3,}", word)]
    for word in common[:COMMON_WORDS]:
        words.setdefault(stemmer.stemWord(word), word)
    return dict(sorted(words.items(), key=lambda item: item[0].encode()))


def main():
    corpus, model = json.load(open(sys.argv[1])), SentenceModel()
    texts = corpus["texts"] + [dict(text, tool=text["section"]) for text in corpus["unanswerable"]]
    words = vocabulary_of(corpus, texts, model)
    place = {stem: number for number, stem in enumerate(words)}
    bag_of = lambda words: [place[stem] for stem in words["stems"] if stem in place]

    unique = {text["text"]: text for text in texts}
    bags = {text: bag_of(unique[text]["words"]) for text in unique}
    bags = {text: bag for text, bag in bags.items() if bag}
    of_words, of_texts = model.encode(words.values()), model.encode(bags)
    middle = of_words.mean(0)
    components = np.linalg.svd(of_words - middle, full_matrices=False)[2][:DIMENSIONS].T
    counts = 1 + np.bincount(np.concatenate([*bags.values()]), minlength=len(words))
    rarity = RARE / (RARE + counts / counts.sum())
    start = (of_words - middle) @ components * rarity[:, None].astype(np.float32)
    wanted = (of_texts - of_texts.mean(0)) @ components
    table = fitted(start, [*bags.values()], wanted / np.linalg.norm(wanted, axis=1, keepdims=True))

    tools = {name: number for number, name in enumerate(dict.fromkeys(text["tool"] for text in texts))}
    owners = collections.defaultdict(set)
    for text in texts:
        owners[text["text"]].add(tools[text["tool"]])
    no_tool = {True: {tools["[change]"]}, False: {tools[text["section"]] for text in corpus["unanswerable"]} - {tools["[change]"]}}
    known = {text.lower() for text in unique}
    questions = [
        (bag_of(row["query"]), {tools[corpus["tools"][wanted]] for wanted in row["wanted"]} or no_tool[row["order"]], number % 2)
        for number, row in enumerate(corpus["train"])
        if row["question"].lower() not in known
    ]
    known_texts = [(bag, owners[text]) for text, bag in bags.items()]
    for part in ("", "-0", "-1"):
        chosen = [(bag, owners) for bag, owners, half in questions if bag and part != f"-{1 - half}"]
        write(sys.argv[2] + part, [*words], tuned(table, known_texts, chosen))
    print(f"{len(words)} stems, {len(unique)} texts, {len(questions)} train questions")


def write(path, stems, table):
    """A row is rounded to 4 bits a number, by the scale that leaves the smallest error."""
    greatest = np.abs(table).max(1, keepdims=True) + 1e-12
    candidates = [greatest * share / 7 for share in (1, 0.9, 0.8, 0.7, 0.6)]
    rounded = [np.clip(np.round(table / scale), -8, 7) for scale in candidates]
    errors = [((row * scale - table) ** 2).sum(1) for row, scale in zip(rounded, candidates)]
    best = np.argmin(errors, 0), np.arange(len(table))
    scales, rows = np.array(candidates)[*best], np.array(rounded)[*best].astype(np.int8).view(np.uint8)
    names = "".join(f"{stem}\n" for stem in stems).encode()
    with open(path, "wb") as output:
        output.write(struct.pack("<III", len(stems), DIMENSIONS, len(names)))
        output.write(names + scales.astype("<f4").tobytes() + (rows[:, : DIMENSIONS // 2] & 15 | rows[:, DIMENSIONS // 2 :] << 4).tobytes())


main()
