"""The SavedModel of a tagger: a Keras model behind signatures that take raw sentences or words."""

import functools

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers import Tags
from rnn_zoo.layers.chain import NEVER
from rnn_zoo.text.tag_scheme import split
from rnn_zoo.text.word_split import split_words

# A batch is padded to its longest sentence: 64 of 5,000 words at once would take gigabytes.
_WORDS_PER_BATCH = 40_000


class TagGraph:
    """Functions from sentences to tags and names, eager or inside a TensorFlow graph.

    A name counts as told by the probability that just these words are one of this type: that of its first tag times
    those of the others, each after the one before, times that of no further tag of it.

    Args:
        model: built keras.Model that ends in `Tags`, from {"words", "letters"} as `Characters` reads them.
        spelling: rnn_zoo.text.Spelling of its words.
        tags: list of str, the tags in the order of their numbers; of BIO, BIOES, or without names in them.
    """

    def __init__(self, model, spelling, tags):
        self.model, self.spelling, self.tags = model, spelling, list(tags)
        self.head = model.layers[-1]
        if not isinstance(self.head, Tags) or self.head.count != len(self.tags):
            raise ValueError(
                f"`model` must end in `Tags` with {len(self.tags)} tags, as many as `tags`; it ends in "
                f"{type(self.head).__name__}{f' with {self.head.count}' if isinstance(self.head, Tags) else ''}."
            )
        features, *_ = keras.tree.flatten(self.head.input)  # and their mask
        self._features = keras.Model(model.inputs, features)
        prefixes, types = zip(*(split(tag) for tag in self.tags), strict=True)
        named = any(types)
        self.types = sorted(set(filter(None, types)))
        self._type_of = np.array([self.types.index(kind) if kind else 0 for kind in types], "int32")
        self._begins = np.array([named and prefix in ("B", "S") for prefix in prefixes])
        self._goes_on = np.array([named and prefix in ("I", "E") for prefix in prefixes])

    def of_texts(self, text):
        """<string>[batch] -> dict: what `of_words` gives, with `token_start`, `token_end` <int32>[batch, time] (-1 at
        padding), `span_start` and `span_end` in Unicode code points."""
        words, starts, ends = split_words(text)
        answer = self._answer(words)
        # One more column, for sentences without a word, from which nothing is gathered.
        starts, ends = (tf.pad(part.to_tensor(-1), [[0, 0], [0, 1]], constant_values=-1) for part in (starts, ends))
        first, last = answer.pop("first"), answer.pop("last")
        return {
            **answer,
            "token_start": starts[:, : tf.shape(answer["token"])[1]],
            "token_end": ends[:, : tf.shape(answer["token"])[1]],
            "span_start": tf.where(first >= 0, tf.gather(starts, tf.maximum(first, 0), batch_dims=1), -1),
            "span_end": tf.where(first >= 0, tf.gather(ends, tf.maximum(last, 0), batch_dims=1), -1),
        }

    def of_words(self, words):
        """Tags of sentences that are words already.

        Args:
            words: <string>[batch, time], "" on the right of what is shorter.
        Returns:
            dict: `token`, `tag` <string>[batch, time] ("" at padding), `tag_score` <float>[batch, time], the
            probability of each tag by itself; and of the names `span_start`, `span_end` <int32>[batch, spans], the
            words from start up to end, `span_type` <string>[batch, spans], `span_score` <float>[batch, spans]; at
            padding -1, "", 0.
        """
        lengths = tf.reduce_sum(tf.cast(words != "", tf.int32), axis=1)
        answer = self._answer(tf.RaggedTensor.from_tensor(words, lengths), tf.shape(words)[1])
        first, last = answer.pop("first"), answer.pop("last")
        return {**answer, "span_start": first, "span_end": tf.where(first >= 0, last + 1, -1)}

    def tag(self, sentences, batch_size=64):
        """The tags of words: list of lists of str -> list of lists of str; see `tag_in_batches`."""
        return tag_in_batches(self._serve_words, sentences, batch_size)

    @functools.cached_property
    def _serve_words(self):
        return tf.function(self.of_words, input_signature=[tf.TensorSpec([None, None], tf.string)])

    def _answer(self, words, width=1):
        numbers, letters = self.spelling.ids(words.flat_values)
        longest = tf.reduce_max(tf.math.count_nonzero(letters, axis=1, dtype=tf.int32))
        letters = letters[:, : tf.maximum(longest, 1)]
        inputs = {
            "words": words.with_flat_values(numbers).to_tensor(0),
            "letters": words.with_flat_values(letters).to_tensor(0),
        }
        # A batch of empty sentences has no step at all; recurrences need one.
        missing = tf.maximum(0, tf.maximum(width, 1) - tf.shape(inputs["words"])[1])
        inputs = {
            "words": tf.pad(inputs["words"], [[0, 0], [0, missing]]),
            "letters": tf.pad(inputs["letters"], [[0, 0], [0, missing], [0, 0]]),
        }
        mask = inputs["words"] != 0
        reading = self.head.read(self._features(inputs, training=False), mask)
        marginals = tf.gather(reading.marginals, reading.tags, batch_dims=2)
        names = tf.constant([*self.tags, ""], tf.string)
        return {
            "token": tf.pad(words.to_tensor(""), [[0, 0], [0, missing]]),
            "tag": tf.gather(names, tf.where(mask, reading.tags, len(self.tags))),
            "tag_score": tf.where(mask, marginals, 0.0),
            **self._spans(reading, marginals, mask),
        }

    def _spans(self, reading, marginals, mask):
        tags = reading.tags
        begins = tf.logical_and(tf.gather(self._begins, tags), mask)
        goes_on = tf.logical_and(tf.gather(self._goes_on, tags), mask)
        after = tf.pad(goes_on[:, 1:], [[0, 0], [0, 1]])
        ends = tf.logical_and(tf.logical_or(begins, goes_on), tf.logical_not(after))
        steps = tf.cumsum(reading.log_probabilities(), axis=1)
        # Of a name that ends here, how probable it is that it does.
        elsewhere = tf.constant(np.where(self._goes_on, NEVER, 0), tf.float32)
        closing = tf.where(mask[:, 1:], tf.reduce_logsumexp(reading.following() + elsewhere, axis=-1), 0.0)
        closing = tf.pad(closing, [[0, 0], [0, 1]])

        first, last = tf.where(begins), tf.where(ends)
        score = tf.math.log(tf.gather_nd(marginals, first)) + tf.gather_nd(steps + closing, last)
        score = tf.exp(tf.minimum(score - tf.gather_nd(steps, first), 0.0))
        kinds = tf.gather(tf.constant(self.types or [""]), tf.gather(self._type_of, tf.gather_nd(tags, first)))

        def padded(values, default):
            rows = tf.RaggedTensor.from_value_rowids(values, first[:, 0], tf.shape(tags, tf.int64)[0], validate=False)
            return rows.to_tensor(default)

        return {
            "first": padded(tf.cast(first[:, 1], tf.int32), -1),
            "last": padded(tf.cast(last[:, 1], tf.int32), -1),
            "span_type": padded(kinds, ""),
            "span_score": padded(score, 0.0),
        }


def tag_in_batches(serve, sentences, batch_size=64):
    """The tags of words, sentences of like length computed together.

    Args:
        serve: function from <string>[batch, time] to what `TagGraph.of_words` gives.
        sentences: list of lists of str; a word is any string but "".
        batch_size: int > 0, sentences computed at once.
    Returns:
        list of lists of str, in the order of `sentences`.
    Raises:
        ValueError: a sentence is no list of words, or a word is empty.
    """
    positive_integer("batch_size", batch_size)
    for number, sentence in enumerate(sentences):
        if isinstance(sentence, str) or not all(isinstance(word, str) and word for word in sentence):
            raise ValueError(f"`sentences[{number}]` must be a list of words, none of them '', got {sentence!r:.60}.")
    answers = [None] * len(sentences)
    order = sorted(range(len(sentences)), key=lambda row: len(sentences[row]), reverse=True)
    while order:
        longest = len(sentences[order[0]])
        size = min(batch_size, max(1, _WORDS_PER_BATCH // max(1, longest)))
        rows, order = order[:size], order[size:]
        words = [[*sentences[row], *[""] * (longest - len(sentences[row]))] for row in rows]
        tags = serve(words=tf.constant(words, tf.string, shape=(len(rows), longest)))["tag"].numpy()
        for row, found in zip(rows, tags, strict=True):
            answers[row] = [tag.decode() for tag in found[: len(sentences[row])]]
    return answers


def tag_archive(graph):
    """Wraps a tagger into a `keras.export.ExportArchive` that TensorFlow alone can serve.

    Args:
        graph: TagGraph.
    Returns:
        keras.export.ExportArchive with two endpoints (`serving_default` is `serve`): `serve(text: <string>[batch])` and
        `serve_words(words: <string>[batch, time])`, see `TagGraph`.
    """
    archive = keras.export.ExportArchive()
    for table in graph.spelling.tables:
        table.built = True  # Keras refuses to track a layer that says it is not built; these have no weights.
        archive.track(table)
    archive.add_endpoint("serve", graph.of_texts, [tf.TensorSpec([None], tf.string, name="text")])
    archive.add_endpoint("serve_words", graph.of_words, [tf.TensorSpec([None, None], tf.string, name="words")])
    return archive
