"""Random splits into training and held-out rows."""

import numpy as np

from rnn_zoo.types import Tensor

# Words that name a split in file names.
SPLIT_NAMES = {"train": ("train",), "validation": ("val", "valid", "validation", "dev"), "test": ("test",)}


def hold_out(labels: Tensor, share: float, seed: int, groups: Tensor | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Splits rows at random into training and held-out rows, stratified by class. A group is not divided.

    Args:
        labels: <int32>[rows], the class indices.
        share: in [0, 1), fraction of the rows (with `groups`: of the groups) to hold out.
        seed: seed of the split.
        groups: [rows], group of each row, such as the film that a review is about. Default None: each row by itself.
    Returns:
        (<int>[training rows], <int>[held-out rows]), row numbers in ascending order.
    Raises:
        ValueError: a class has fewer than two rows, or there are fewer than two groups.
    """
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    rows = np.arange(len(labels))
    if share == 0:
        return rows, rows[:0]
    if groups is None:
        classes = len(np.unique(labels))
        size = min(max(round(share * len(rows)), classes), len(rows) - classes)
        training, held_out = train_test_split(rows, test_size=size, random_state=seed, stratify=labels)
        return np.sort(training), np.sort(held_out)
    count = len(np.unique(groups))
    size = min(max(round(share * count), 1), count - 1)
    # Splits by group do not preserve the class proportions: use the closest of 30 random splits.
    splits = GroupShuffleSplit(n_splits=30, test_size=size, random_state=seed).split(rows, labels, groups)
    totals = np.bincount(labels)

    def distance(split):
        counts = np.bincount(labels[split[1]], minlength=len(totals))
        missing = np.count_nonzero((counts == totals) & (totals > 0))  # classes without any training row
        return missing, np.abs(counts - share * totals).sum()

    return min(splits, key=distance)
