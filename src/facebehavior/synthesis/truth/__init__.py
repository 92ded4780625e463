"""What the labels of synthetic faces are drawn from, and how well they could be guessed."""
