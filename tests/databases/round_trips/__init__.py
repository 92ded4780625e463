"""Random trees in the layouts of the releases, each with what a reader has to make of it."""
