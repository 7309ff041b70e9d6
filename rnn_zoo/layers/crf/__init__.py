"""Linear-chain conditional random fields: the layer, its loss, marginals and the best path."""
