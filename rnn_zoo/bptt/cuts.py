"""The same run with its rows in shares, for several cores, and its steps in pieces, for less memory.

A run is a function of (weights, inputs, valid, initial states, number of the first step) as `segment.whole`.
"""

import functools

from keras import ops

from rnn_zoo.bptt.backend import after, split_rows


def in_shares(run, sizes):
    """The run, a share of rows at a time.

    Args:
        run: function.
        sizes: rows of each share, of `share_sizes`; None: all in one.
    """
    if sizes is None:
        return run

    def shared(weights, inputs, valid, initial, first=0):
        masks = [] if valid is None else [valid]
        shares = zip(*(split_rows(array, sizes) for array in (inputs, *masks, *initial)), strict=True)
        parts = []
        for steps, *rest in shares:
            mask = rest.pop(0) if masks else None
            parts.append(run(weights, steps, mask, rest, first))
        results, gradients = zip(*parts, strict=True)

        def gradient(*upstream):
            given = zip(*(split_rows(array, sizes) for array in upstream), strict=True)
            parts = [one(*share) for one, share in zip(gradients, given, strict=True)]
            of_inputs, of_weights, of_initial = zip(*parts, strict=True)
            return _joined(of_inputs), _summed(of_weights), [_joined(part) for part in zip(*of_initial, strict=True)]

        return tuple(_joined(part) for part in zip(*results, strict=True)), gradient

    return shared


def in_pieces(run, options, ranges):
    """The run, a piece of the steps after the other.

    What the run makes besides the states and what the cell saves (x W + b of all steps, dL/dp of all steps) is then as
    long as a piece, and not as the sequence.

    Args:
        run: function.
        options: Options.
        ranges: list of (start, stop), in the order of time; one: all steps at once.
    """
    if len(ranges) < 2:
        return run

    def pieced(weights, inputs, valid, initial, first=0):
        outputs, gradients, states = [], [], list(initial)
        for start, stop in _read(ranges, options):
            # Otherwise the products of all pieces, which need no state, would be made at once.
            steps = after(inputs, states)[:, start:stop]
            mask = None if valid is None else valid[:, start:stop]
            results, gradient = run(weights, steps, mask, states, first)
            first += stop - start
            outputs += results[:1] if options.sequences else []
            states = list(results[1:] if options.sequences else results)
            gradients.append(gradient)

        def gradient(*upstream):
            of_last = upstream[1:] if options.sequences else upstream
            of_steps, of_weights = [], []
            for (start, stop), one in reversed(list(zip(_read(ranges, options), gradients, strict=True))):
                given = [upstream[0][:, start:stop]] if options.sequences else []
                steps, weights, of_last = one(*given, *of_last)
                of_steps.append(steps)
                of_weights.append(weights)
            return _joined(_read(of_steps[::-1], options), axis=1), _summed(of_weights), of_last

        outputs = [_joined(_read(outputs, options), axis=1)] if options.sequences else []
        return (*outputs, *states), gradient

    return pieced


def _read(pieces, options):
    """Pieces in the order of time in the order of reading, and back."""
    return pieces[::-1] if options.reverse else pieces


def _joined(parts, axis=0):
    return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=axis)


def _summed(parts):
    """The sums of lists of gradients, one for each weight."""
    return [functools.reduce(ops.add, shares) for shares in zip(*parts, strict=True)]
