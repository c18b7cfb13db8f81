from contextlib import closing
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from builders import NOW, item, show
from monitor.errors import StoreError
from monitor.store.database import Store

V1, V2 = "encoder-1", "encoder-2"
IDS = st.text("0123456789abcdef", min_size=1)
TEXTS = {"a": "Rain fills the dams", "b": "Tram line opens"}
A, B = np.float32([0.5, -0.25, 1]), np.float32([0, 0.125, -1])


def same(found, expected):
    assert found.keys() == expected.keys()
    for name, vector in expected.items():
        assert found[name].dtype == np.float32
        assert found[name].tolist() == vector.tolist()


def test_vectors_come_back_by_item(store):
    store.vectors.add({"a": A, "b": B}, TEXTS, V1)
    same(store.vectors.get(TEXTS, V1), {"a": A, "b": B})
    same(store.vectors.get({"b": TEXTS["b"], "c": "Never seen"}, V1), {"b": B})


def test_nothing_comes_of_nothing(store):
    store.vectors.add({}, {}, V1)
    assert store.vectors.get({}, V1) == {}
    assert store.vectors.get(TEXTS, V1) == {}


def test_they_outlive_the_process(store, tmp_path):
    store.vectors.add({"a": A}, TEXTS, V1)
    with closing(Store(tmp_path / "monitor.db")) as again:
        same(again.vectors.get(TEXTS, V1), {"a": A})


def test_a_vector_of_another_text_is_none(store):
    store.vectors.add({"a": A}, TEXTS, V1)
    retitled = {"a": "Rain fills the dams again"}
    assert store.vectors.get(retitled, V1) == {}
    store.vectors.add({"a": B}, retitled, V1)
    same(store.vectors.get(retitled, V1), {"a": B})
    assert store.vectors.get(TEXTS, V1) == {}


def test_a_vector_by_another_encoder_is_none(store):
    store.vectors.add({"a": A}, TEXTS, V1)
    assert store.vectors.get(TEXTS, V2) == {}
    store.vectors.add({"a": B}, TEXTS, V2)
    same(store.vectors.get(TEXTS, V2), {"a": B})


def test_two_items_of_one_text_are_kept_apart(store):
    texts = {"a": "Same words", "b": "Same words"}
    store.vectors.add({"a": A}, texts, V1)
    same(store.vectors.get(texts, V1), {"a": A})


def test_vectors_of_old_items_are_forgotten(store):
    old, new = item("Old", minutes=-60), item("New")
    show(store, [old, new])
    texts = {old.id: "Old", new.id: "New"}
    store.vectors.add({old.id: A, new.id: B}, texts, V1)
    store.vectors.forget(NOW - timedelta(minutes=30))
    same(store.vectors.get(texts, V1), {new.id: B})


def test_vectors_are_part_of_a_transaction(store):
    with pytest.raises(KeyError), store.atomic():
        store.vectors.add({"a": A}, TEXTS, V1)
        raise KeyError
    assert store.vectors.get(TEXTS, V1) == {}


@settings(max_examples=50)
@given(st.dictionaries(IDS, st.tuples(st.text(), arrays(np.float16, 8)), max_size=5))
def test_any_float16_comes_back_bit_by_bit(kept):
    texts = {name: text for name, (text, _) in kept.items()}
    vectors = {name: v.astype(np.float32) for name, (_, v) in kept.items()}
    with closing(Store(":memory:")) as store:
        store.vectors.add(vectors, texts, V1)
        found = store.vectors.get(texts, V1)
    assert found.keys() == vectors.keys()
    for name, vector in vectors.items():
        np.testing.assert_array_equal(found[name], vector)


def test_a_locked_database_is_named(store, tmp_path):
    with closing(Store(tmp_path / "monitor.db")) as other, other.atomic():
        store._db.execute("pragma busy_timeout = 0")
        with pytest.raises(StoreError, match=r"monitor\.db: database is locked"):
            store.vectors.add({"a": A}, TEXTS, V1)
