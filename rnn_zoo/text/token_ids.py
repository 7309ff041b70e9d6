"""Many texts as token ids in two flat arrays."""

import numpy as np


class TokenIds:
    """The token ids of many texts, without padding: 25,000 film reviews are 28 MB.

    Args:
        ids: <int32>[tokens], the ids of all texts one after the other.
        offsets: <int64>[texts + 1], text i is `ids[offsets[i]:offsets[i + 1]]`.

    `tokens[i]` is the <int32>[time] of text i, `len(tokens)` the number of texts, `tokens.lengths` the <int64>[texts]
    numbers of tokens.
    """

    def __init__(self, ids, offsets):
        self.ids = np.asarray(ids, "int32")
        self.offsets = np.asarray(offsets, "int64")
        if len(self.offsets) == 0 or self.offsets[0] != 0 or self.offsets[-1] != len(self.ids):
            raise ValueError(f"`offsets` must go from 0 to {len(self.ids)}, the number of ids, got {offsets!r}.")

    @property
    def lengths(self):
        return np.diff(self.offsets)

    def __len__(self):
        return len(self.offsets) - 1

    def __getitem__(self, index):
        index = range(len(self))[index]
        return self.ids[self.offsets[index] : self.offsets[index + 1]]
