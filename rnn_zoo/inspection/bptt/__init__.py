"""Back-propagation through time on a small network, with all intermediate values."""
