"""The basic expressions, in the order of every table, head and file of the project."""

EXPRESSIONS = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger")
"""The 7 classes of the expression task (Kollias et al. 2021)."""

VOTE_EXPRESSIONS = (*EXPRESSIONS, "contempt")
"""The 8 classes that FER+ raters vote on; the task leaves contempt out."""
