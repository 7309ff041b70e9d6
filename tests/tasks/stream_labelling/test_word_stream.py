import numpy as np
import pytest

from rnn_zoo.tasks.stream_labelling.data import generate, load_word_stream, mark_ends


def test_the_last_character_of_each_occurrence_is_marked():
    np.testing.assert_array_equal(mark_ends("bravobrav", "bravo"), [0, 0, 0, 0, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(mark_ends("ananas anana", "ana"), [0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1])
    assert not mark_ends("Bravo", "bravo").any()


def test_generated_streams_are_seeded_and_hold_the_word_and_near_misses():
    streams = load_word_stream("bravo", streams=40, length=30)
    assert [len(split) for split in (streams.train, streams.validation, streams.test)] == [40, 10, 10]
    assert streams.digest == load_word_stream("bravo", streams=40, length=30).digest
    assert streams.digest != load_word_stream("bravo", streams=40, length=30, seed=1).digest
    assert len({*streams.train.texts, *streams.test.texts}) == 50
    for text, labels in zip(streams.train.texts, streams.train.labels, strict=True):
        assert len(text) == len(labels) == 30
        assert labels.sum() == text.count("bravo")
    joined = " ".join(generate("bravo", 50, 60, 0))
    steps = joined.count("o")
    assert 0.1 < joined.count("bravo") / steps < 0.6, "the last letter alone must not be enough"
    assert joined.count("brav") > 1.2 * joined.count("bravo"), "nor the first four"
    assert "'bravo'" in str(streams)


def test_a_text_is_split_in_three_and_each_part_must_hold_the_word(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("the king and the queen, the king. " * 60, encoding="utf-8")
    streams = load_word_stream("king", file, length=50)
    assert "".join(streams.train.texts) == file.read_text(encoding="utf-8")[: sum(map(len, streams.train.texts))]
    assert {len(text) for text in streams.train.texts[:-1]} == {50}
    assert all(sum(row.sum() for row in split.labels) for split in (streams.validation, streams.test))
    with pytest.raises(ValueError, match=r"text.txt must hold 'King' in each of its three parts.*train part"):
        load_word_stream("King", file)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"word": "b"}, "`word` must have at least two characters, got 'b'"),
        ({"length": 5}, "`length` must be more than the 5 characters of 'bravo', got 5"),
        ({"streams": 0}, "`streams`"),
        ({"data": "missing.txt"}, "there is no file or folder missing.txt"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        load_word_stream(**options)
