"""TokenIds: the token ids of many texts in two flat arrays."""

import numpy as np

from rnn_zoo.types import Tensor


class TokenIds:
    """The token ids of many texts, without padding: 25,000 film reviews are 28 MB.

    Args:
        ids: <int32>[tokens], the ids of all texts, concatenated.
        offsets: <int64>[texts + 1]; text i is `ids[offsets[i]:offsets[i + 1]]`.
    Raises:
        ValueError: `offsets` do not match `ids`.

    `tokens[i]` is text i, <int32>[time]; `len(tokens)` is the number of texts.
    """

    def __init__(self, ids: Tensor, offsets: Tensor) -> None:
        self.ids = np.asarray(ids, "int32")
        self.offsets = np.asarray(offsets, "int64")
        if len(self.offsets) == 0 or self.offsets[0] != 0 or self.offsets[-1] != len(self.ids):
            raise ValueError(f"`offsets` must go from 0 to {len(self.ids)}, the number of ids, got {offsets!r}.")

    @property
    def lengths(self) -> np.ndarray:
        """<int64>[texts], the number of tokens of each text."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> np.ndarray:
        index = range(len(self))[index]
        return self.ids[self.offsets[index] : self.offsets[index + 1]]
