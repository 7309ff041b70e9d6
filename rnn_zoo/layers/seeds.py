"""Seeds for the parts of a layer, derived from one seed."""

import zlib


def derive(seed: int | None, part: str) -> int | None:
    """Derives the seed of one named part of a layer; None stays None (Keras then picks one).

    Two parts with the same seed would have equal dropout masks.
    """
    return None if seed is None else zlib.crc32(f"{seed}/{part}".encode())
