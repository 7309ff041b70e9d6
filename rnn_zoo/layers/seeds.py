"""One seed for a layer, a different one for each of its parts."""

import zlib


def derive(seed, part):
    """A seed for one named part of a layer; None stays None (Keras then draws one).

    Two parts with one seed would draw equal dropout masks.
    """
    return None if seed is None else zlib.crc32(f"{seed}/{part}".encode())
