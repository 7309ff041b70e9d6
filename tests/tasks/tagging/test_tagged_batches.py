import numpy as np
import pytest

from rnn_zoo.tasks.tagging.batches import TaggedBatches
from rnn_zoo.text import Spelling

SENTENCES = [["a", "bb"], [], ["bb"], ["a", "a", "bb", "c"]]
TAGS = [["O", "B-X"], [], ["B-X"], ["O", "O", "B-X", "O"]]
NAMES = ["O", "B-X"]


@pytest.fixture(scope="module")
def spelling():
    return Spelling.fit(SENTENCES, word_length=2)


def test_words_letters_and_tags_stay_together(spelling):
    batches = TaggedBatches(spelling, SENTENCES, TAGS, NAMES, 2, shuffle=True, seed=3, boundaries=[2, 4])
    seen = 0
    for index in range(len(batches)):
        inputs, tags = batches[index]
        assert inputs["letters"].shape == (*inputs["words"].shape, 2) and tags.shape == inputs["words"].shape
        a, b = (spelling.vocabulary.words.index(word) for word in ("a", "bb"))
        np.testing.assert_array_equal(tags == 1, inputs["words"] == b)
        np.testing.assert_array_equal(inputs["letters"][..., 1] > 0, inputs["words"] == b)
        assert not inputs["letters"][inputs["words"] == 0].any()
        seen += (inputs["words"] == a).sum()
    assert seen == 3


def test_without_tags_and_cut_short(spelling):
    batches = TaggedBatches(spelling, SENTENCES, batch_size=4, max_length=2)
    (inputs,) = batches[0]
    assert inputs["words"].shape == (4, 2)


def test_an_unknown_tag_is_an_error(spelling):
    with pytest.raises(ValueError, match="`tags` hold B-X, which `names` lack: O"):
        TaggedBatches(spelling, SENTENCES, TAGS, ["O"])
