"""What a page shows of each kind of model: one module a kind, which brings its own part; the frame is one.

A module has `subject(model, given, look)`, which makes the `Subject` of a page; `is_live(model, given)`, whether a live
model and its input are of this kind; and `opened(exported)`, the fields of `Look` that an exported folder says.
"""

from rnn_zoo.inspection.kinds import arrays, images, music, series, steps, tags, texts, writers

# By the names of `rnn_zoo.export.kinds.KINDS`; of a live model the first that takes it.
KINDS = {
    "music": music,
    "writer": writers,
    "tags": tags,
    "series": series,
    "images": images,
    "steps": steps,
    "classes": texts,
}
LIVE = [*KINDS.values(), arrays]
