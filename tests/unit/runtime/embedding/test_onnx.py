"""How token vectors become one."""

import numpy as np

from services.runtime.embedding.onnx import pool

STATES = np.array([[[1.0, 3.0], [3.0, 5.0], [100.0, 100.0]]], dtype=np.float32)
MASK = np.array([[1, 1, 0]])


def test_the_mean_leaves_padding_out() -> None:
    assert pool(STATES, MASK, first=False).tolist() == [[2.0, 4.0]]


def test_the_first_token_where_the_model_says_so() -> None:
    assert pool(STATES, MASK, first=True).tolist() == [[1.0, 3.0]]


def test_a_text_of_nothing_gives_zeros() -> None:
    assert pool(STATES, np.array([[0, 0, 0]]), first=False).tolist() == [[0.0, 0.0]]
