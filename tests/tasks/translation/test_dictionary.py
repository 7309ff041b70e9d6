import numpy as np

from rnn_zoo.tasks.translation.baselines import Dictionary
from rnn_zoo.text import Symbols


def test_words_that_go_together_find_each_other():
    """No single sentence determines which word translates which."""
    sources = ["the house", "the book", "a book", "a small house", "the small book"]
    targets = ["das haus", "das buch", "ein buch", "ein kleines haus", "das kleine buch"]
    reads, writes = Symbols.fit(sources), Symbols.fit(targets)
    dictionary = Dictionary(reads.encode(sources), writes.encode(targets), reads.size, writes.size, rounds=30)
    given = reads.encode(["the house", "a book", "a never house", ""])
    translated = writes.decode(dictionary.translate(given[row]) for row in range(4))
    assert translated == ["das haus", "ein buch", "ein haus", ""]
    assert dictionary.parameters == 5
    assert dictionary.translate(np.zeros(0, "int32")).dtype == "int32"
