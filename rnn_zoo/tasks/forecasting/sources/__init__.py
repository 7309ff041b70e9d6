"""Where the named series come from: the samples of the package, and data sets that users download."""
