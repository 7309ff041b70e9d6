"""Which rows are for training, and which are held out."""

from typing import Any

import numpy as np

# What files of a split are called.
SPLIT_NAMES = {"train": ("train",), "validation": ("val", "valid", "validation", "dev"), "test": ("test",)}


def hold_out(labels: Any, share: float, seed: int, groups: Any = None) -> Any:
    """Splits rows in two, each class in both by the same share; no group in both.

    Args:
        labels: <int32>[rows].
        share: float in [0, 1), of the rows (of the groups, where there are any) to hold out.
        seed: int.
        groups: [rows], for instance the film each review is about; None lets any two rows part.
    Returns:
        (<int>[kept], <int>[held out]), both ascending.
    Raises:
        ValueError: a class has less than two rows, or there are less than two groups.
    """
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    rows = np.arange(len(labels))
    if share == 0:
        return rows, rows[:0]
    if groups is None:
        classes = len(np.unique(labels))
        held = min(max(round(share * len(rows)), classes), len(rows) - classes)
        kept, held = train_test_split(rows, test_size=held, random_state=seed, stratify=labels)
        return np.sort(kept), np.sort(held)
    count = len(np.unique(groups))
    held = min(max(round(share * count), 1), count - 1)
    # Whole groups rarely give the share of each class that was asked for: of 30 random cuts, take the nearest.
    cuts = GroupShuffleSplit(n_splits=30, test_size=held, random_state=seed).split(rows, labels, groups)
    totals = np.bincount(labels)

    def distance(cut):
        held = np.bincount(labels[cut[1]], minlength=len(totals))
        missing = np.count_nonzero((held == totals) & (totals > 0))  # a class that training would never see
        return missing, np.abs(held - share * totals).sum()

    return min(cuts, key=distance)
