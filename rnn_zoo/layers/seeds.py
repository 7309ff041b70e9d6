"""Seeds for the parts of a layer, derived from one seed."""

import zlib

import keras


def derive(seed: int | None, part: str) -> int | None:
    """Derives the seed of one named part of a layer; None stays None (Keras then picks one).

    Two parts with the same seed would have equal dropout masks.
    """
    if seed is None:
        return None
    derived = zlib.crc32(f"{seed}/{part}".encode())
    return derived % 2**31 if keras.backend.backend() == "torch" else derived  # PyTorch has no unsigned integers
