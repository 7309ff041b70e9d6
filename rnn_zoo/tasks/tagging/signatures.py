"""SavedModel signatures of a tagger: raw sentences or words -> tags and names, inside the TensorFlow graph."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnn_zoo.checks import positive_integer
from rnn_zoo.layers import Tags
from rnn_zoo.layers.crf.linear_chain import NEVER
from rnn_zoo.text import Spelling
from rnn_zoo.text.tag_scheme import split
from rnn_zoo.text.word_split import split_words
from rnn_zoo.types import Model, Tensor

# A batch is padded to its longest sentence: 64 sentences of 5,000 words at once would take gigabytes.
_WORDS_PER_BATCH = 40_000


class TagGraph:
    """Maps sentences to tags and names, eagerly or inside a TensorFlow graph.

    The score of a name of the words i to j is the probability of exactly this span and type, in the chain of tags:

        p(tag_i) * prod_(t = i + 1 .. j) p(tag_t | tag_(t - 1)) * p(tag_(j + 1) does not continue the name | tag_j)

    Args:
        model: built keras.Model that ends in `Tags`, with the inputs {"words", "letters"} of `Characters`.
        spelling: maps words to its inputs.
        tags: the tags in the order of their ids; of BIO, BIOES, or without names.
    Attributes:
        continues: <bool>[tags], whether a tag continues a name.
    Raises:
        ValueError: `model` does not end in `Tags` with as many tags.
    """

    def __init__(self, model: Model, spelling: Spelling, tags: Sequence[str]) -> None:
        self.model, self.spelling, self.tags = model, spelling, list(tags)
        self.head = model.layers[-1]
        if not isinstance(self.head, Tags) or self.head.count != len(self.tags):
            raise ValueError(
                f"`model` must end in `Tags` with {len(self.tags)} tags, as many as `tags`; it ends in "
                f"{type(self.head).__name__}{f' with {self.head.count}' if isinstance(self.head, Tags) else ''}."
            )
        features, *_ = keras.tree.flatten(self.head.input)  # the rest is their mask
        self._features = keras.Model(model.inputs, features)
        prefixes, types = zip(*(split(tag) for tag in self.tags), strict=True)
        named = any(types)
        self.types = sorted(set(filter(None, types)))
        self._type_of = np.array([self.types.index(kind) if kind else 0 for kind in types], "int32")
        self._begins = np.array([named and prefix in ("B", "S") for prefix in prefixes])
        self.continues = np.array([named and prefix in ("I", "E") for prefix in prefixes])

    def tag_texts(self, text: Tensor) -> dict[str, Tensor]:
        """Splits raw sentences into words and tags them.

        Args:
            text: <string>[batch].
        Returns:
            the outputs of `tag_words`, and `token_start`, `token_end` <int32>[batch, time] (-1 at padding);
            `span_start` and `span_end` are in Unicode code points.
        """
        words, starts, ends = split_words(text)
        answer = self._answer(words)
        # The extra column makes the gather valid for sentences without a word.
        starts, ends = (tf.pad(part.to_tensor(-1), [[0, 0], [0, 1]], constant_values=-1) for part in (starts, ends))
        first, last = answer.pop("first"), answer.pop("last")
        return {
            **answer,
            "token_start": starts[:, : tf.shape(answer["token"])[1]],
            "token_end": ends[:, : tf.shape(answer["token"])[1]],
            "span_start": tf.where(first >= 0, tf.gather(starts, tf.maximum(first, 0), batch_dims=1), -1),
            "span_end": tf.where(first >= 0, tf.gather(ends, tf.maximum(last, 0), batch_dims=1), -1),
        }

    def tag_words(self, words: Tensor) -> dict[str, Tensor]:
        """Tags sentences that are split into words.

        Args:
            words: <string>[batch, time], padded on the right with "".
        Returns:
            dict: `token`, `tag` <string>[batch, time] ("" at padding); `tag_score` <float>[batch, time], the marginal
            probability of each tag; and for the names `span_start`, `span_end` <int32>[batch, spans] (the first word
            and the one after the last), `span_type` <string>[batch, spans], `span_score` <float>[batch, spans]; at
            padding -1, "", 0.
        """
        lengths = tf.reduce_sum(tf.cast(words != "", tf.int32), axis=1)
        answer = self._answer(tf.RaggedTensor.from_tensor(words, lengths), tf.shape(words)[1])
        first, last = answer.pop("first"), answer.pop("last")
        return {**answer, "span_start": first, "span_end": tf.where(first >= 0, last + 1, -1)}

    def tag(self, sentences: Sequence[Sequence[str]], batch_size: int = 64) -> list[list[str]]:
        """The tags of sentences that are split into words; see `tag_in_batches`."""
        return tag_in_batches(self._serve_words, sentences, batch_size)

    @functools.cached_property
    def _serve_words(self) -> Callable[..., Any]:
        return tf.function(self.tag_words, input_signature=[tf.TensorSpec([None, None], tf.string)])

    def _answer(self, words: Tensor, width: int | Tensor = 1) -> dict[str, Tensor]:
        ids, letters = self.spelling.ids(words.flat_values)
        longest = tf.reduce_max(tf.math.count_nonzero(letters, axis=1, dtype=tf.int32))
        letters = letters[:, : tf.maximum(longest, 1)]
        inputs = {
            "words": words.with_flat_values(ids).to_tensor(0),
            "letters": words.with_flat_values(letters).to_tensor(0),
        }
        # A batch of empty sentences has no time step; recurrences need one.
        missing = tf.maximum(0, tf.maximum(width, 1) - tf.shape(inputs["words"])[1])
        inputs = {
            "words": tf.pad(inputs["words"], [[0, 0], [0, missing]]),
            "letters": tf.pad(inputs["letters"], [[0, 0], [0, missing], [0, 0]]),
        }
        mask = inputs["words"] != 0
        reading = self.head.predict(self._features(inputs, training=False), mask)
        marginals = tf.gather(reading.marginals, reading.tags, batch_dims=2)
        names = tf.constant([*self.tags, ""], tf.string)
        return {
            "token": tf.pad(words.to_tensor(""), [[0, 0], [0, missing]]),
            "tag": tf.gather(names, tf.where(mask, reading.tags, len(self.tags))),
            "tag_score": tf.where(mask, marginals, 0.0),
            **self._spans(reading, marginals, mask),
        }

    def _spans(self, reading: Any, marginals: Tensor, mask: Tensor) -> dict[str, Tensor]:
        tags = reading.tags
        begins = tf.logical_and(tf.gather(self._begins, tags), mask)
        continues = tf.logical_and(tf.gather(self.continues, tags), mask)
        after = tf.pad(continues[:, 1:], [[0, 0], [0, 1]])
        ends = tf.logical_and(tf.logical_or(begins, continues), tf.logical_not(after))
        steps = tf.cumsum(reading.log_probabilities(), axis=1)
        # The probability that a name which ends here is not continued.
        elsewhere = tf.constant(np.where(self.continues, NEVER, 0), tf.float32)
        closing = tf.where(
            mask[:, 1:], tf.reduce_logsumexp(reading.transition_log_probabilities() + elsewhere, axis=-1), 0.0
        )
        closing = tf.pad(closing, [[0, 0], [0, 1]])

        first, last = tf.where(begins), tf.where(ends)
        score = tf.math.log(tf.gather_nd(marginals, first)) + tf.gather_nd(steps + closing, last)
        score = tf.exp(tf.minimum(score - tf.gather_nd(steps, first), 0.0))
        kinds = tf.gather(tf.constant(self.types or [""]), tf.gather(self._type_of, tf.gather_nd(tags, first)))

        def padded(values: Tensor, default: Any) -> Tensor:
            rows = tf.RaggedTensor.from_value_rowids(values, first[:, 0], tf.shape(tags, tf.int64)[0], validate=False)
            return rows.to_tensor(default)

        return {
            "first": padded(tf.cast(first[:, 1], tf.int32), -1),
            "last": padded(tf.cast(last[:, 1], tf.int32), -1),
            "span_type": padded(kinds, ""),
            "span_score": padded(score, 0.0),
        }


def tag_in_batches(
    serve: Callable[..., Any], sentences: Sequence[Sequence[str]], batch_size: int = 64
) -> list[list[str]]:
    """The tags of sentences that are split into words, in batches of similar length.

    Args:
        serve: function from <string>[batch, time] to the outputs of `TagGraph.tag_words`.
        sentences: the words of each sentence, each any string but "".
        batch_size: sentences per batch, > 0.
    Returns:
        the tags of each sentence, in the order of `sentences`.
    Raises:
        ValueError: a sentence is not a list of words, or a word is empty.
    """
    positive_integer("batch_size", batch_size)
    for number, sentence in enumerate(sentences):
        if isinstance(sentence, str) or not all(isinstance(word, str) and word for word in sentence):
            raise ValueError(f"`sentences[{number}]` must be a list of words, none of them '', got {sentence!r:.60}.")
    answers: list[list[str]] = [[] for _ in sentences]
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


def tag_archive(graph: TagGraph) -> keras.export.ExportArchive:
    """An export archive of a tagger that needs nothing but TensorFlow.

    Returns:
        keras.export.ExportArchive with the endpoints `serve(text: <string>[batch])` (also `serving_default`), see
        `TagGraph.tag_texts`, and `serve_words(words: <string>[batch, time])`, see `TagGraph.tag_words`.
    """
    archive = keras.export.ExportArchive()
    for table in graph.spelling.tables:
        table.built = True  # Keras refuses to track an unbuilt layer; these have no weights.
        archive.track(table)
    archive.add_endpoint("serve", graph.tag_texts, [tf.TensorSpec([None], tf.string, name="text")])
    archive.add_endpoint("serve_words", graph.tag_words, [tf.TensorSpec([None, None], tf.string, name="words")])
    return archive
