"""What the exit codes of all commands mean."""

DONE = 0
FAILED = 1
"""A run failed for no fault of the user's."""
USER_MISTAKE = 2
"""One line on standard error says what to mend; nothing was done."""
SOME_SKIPPED = 3
"""Some inputs were bad and left out; the rest is done and written."""
INTERRUPTED = 130
"""Stopped from the keyboard; 128 + SIGINT, as shells have it."""
