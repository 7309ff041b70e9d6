import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies

from rnn_zoo.text import Symbols
from rnn_zoo.text.symbols import END, START, UNKNOWN, tidy, untidy

CHARACTERS = Symbols.fit(["to be, or not\nto be"], "characters")
WORDS = Symbols.fit(["a dog runs .", "the dog 's ball", "a dog"])


def test_the_most_frequent_come_first():
    assert WORDS.symbols[:6] == ["", "[UNK]", "[START]", "[END]", "dog", "a"]
    assert WORDS.size == len(WORDS.symbols) == 11
    assert Symbols.fit(["b a a c c c"], size=6).symbols[4:] == ["c", "a"]
    assert Symbols.fit(["b a a c c c"], min_count=2).symbols[4:] == ["c", "a"]
    assert Symbols.fit(["<unk> a"], unknown="<unk>").symbols == ["", "<unk>", "[START]", "[END]", "a"]


@hypothesis.given(strategies.lists(strategies.text("to be,\nrn"), min_size=1, max_size=3))
def test_characters_round_trip(texts):
    encoded = CHARACTERS.encode(texts)
    rows = [encoded[row] for row in range(len(texts))]
    assert CHARACTERS.decode(rows) == texts
    in_graph = CHARACTERS.from_text(tf.constant(texts))
    for row, ids in zip(rows, in_graph.numpy(), strict=True):
        np.testing.assert_array_equal(ids[: len(row)], row)
        assert not ids[len(row) :].any()
    written = [text.decode() for text in CHARACTERS.to_text(in_graph).numpy()]
    assert written == texts


def test_words_are_tokenised_and_detokenised():
    ids = WORDS.from_text(tf.constant(["A dog runs.", "The dog's cat", ""]), start=True).numpy()
    assert WORDS.decode(ids) == ["a dog runs .", "the dog 's [UNK]", ""]
    assert (ids[:, 0] == START).all() and ids[1, 4] == UNKNOWN
    written = WORDS.to_text(tf.constant([[*WORDS.encode(["the dog 's ball ."])[0], END, 5], [END] + [0] * 6]))
    assert written.numpy().tolist() == [b"the dog's ball.", b""]


@pytest.mark.parametrize(
    ("raw", "tokenised"),
    [
        ("Two dogs, a cat; and 3.5 birds!", "two dogs , a cat ; and 3.5 birds !"),
        ("The T-shirt of a kid’s friend.", "the t-shirt of a kid 's friend ."),
        ('He said: "No?"', 'he said : " no ? "'),
        ("1,000 men", "1,000 men"),
        ("Zwei Männer (jung)", "zwei männer ( jung )"),
        ("mr. brown is here .", "mr. brown is here ."),
        ("L'eau, qu'il n'a pas aujourd'hui", "l' eau , qu' il n' a pas aujourd' hui"),
        ("été d'été; dogs' bones at one o'clock", "été d' été ; dogs' bones at one o'clock"),
        ("", ""),
    ],
)
def test_tidy(raw, tokenised):
    once = tidy(tf.constant(raw)).numpy().decode()
    assert " ".join(once.split()) == tokenised
    assert tidy(tf.constant(tokenised)).numpy().decode().split() == tokenised.split()


def test_untidy():
    texts = [
        'he said : " no ? "',
        "the dog 's ball ( red ) , too .",
        "do n't",
        "jusqu' à l' école",
        "dogs' bones",
        "वह है ।",
    ]
    expected = ['he said: "no?"', "the dog's ball (red), too.", "don't", "jusqu'à l'école", "dogs' bones", "वह है।"]
    assert [text.decode() for text in untidy(tf.constant(texts)).numpy()] == expected


def test_symbols_are_saved_and_loaded(tmp_path):
    CHARACTERS.save(tmp_path / "symbols.json")
    loaded = Symbols.load(tmp_path / "symbols.json")
    assert (loaded.symbols, loaded.unit, loaded.digest) == (CHARACTERS.symbols, "characters", CHARACTERS.digest)
    (tmp_path / "broken.json").write_text('{"unit": "words"}')
    with pytest.raises(ValueError, match=r"broken\.json lacks 'symbols'"):
        Symbols.load(tmp_path / "broken.json")


def test_a_beginning_that_cannot_be_continued():
    CHARACTERS.check_beginning("\n", "seed")
    WORDS.check_beginning("never read", "seed")
    assert WORDS.unknown(f"Never {WORDS.symbols[4]} never read.") == ["never", "read"]
    with pytest.raises(ValueError, match="`seed` holds 'x', 'y', which the model does not know"):
        CHARACTERS.check_beginning("to xxy", "seed")
    for symbols, empty in ((CHARACTERS, ""), (WORDS, " ")):
        with pytest.raises(ValueError, match="`seed` is empty"):
            symbols.check_beginning(empty, "seed")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Symbols(["a", "b"]), "`symbols` must start with"),
        (lambda: Symbols(["", "[UNK]", "[START]", "[END]", "a", "a"]), "'a' twice"),
        (lambda: Symbols.fit(["a"], "letters"), "`unit` must be one of"),
        (lambda: Symbols.fit(["", ""]), "`texts` hold no symbol"),
        (lambda: Symbols.fit(["a"], size=4), "`size` must be 5 or more"),
        (lambda: WORDS.encode("a dog"), "put it in a list"),
    ],
)
def test_errors_name_the_argument(make, message):
    with pytest.raises(ValueError, match=message):
        make()
