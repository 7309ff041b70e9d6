"""Experiments: small programs that show what a recurrence learns and remembers."""

# The recipe of each experiment, by name.
EXPERIMENTS = {
    "hello": 'A network of three units learns "hell" -> "ello", with every number of each step shown.',
    "memory_limits": "The lengths at which vanilla, LSTM and GRU stop learning to add and to copy.",
    "memory_reach": "How far back five cells remember, before and after training.",
}
