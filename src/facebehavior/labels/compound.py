"""The compound expressions of Du, Tao and Martinez (2014) and what each is composed of."""

COMPOUND_EXPRESSIONS = {
    "happily_surprised": ("happiness", "surprise"),
    "happily_disgusted": ("happiness", "disgust"),
    "sadly_fearful": ("sadness", "fear"),
    "sadly_angry": ("sadness", "anger"),
    "sadly_surprised": ("sadness", "surprise"),
    "sadly_disgusted": ("sadness", "disgust"),
    "fearfully_angry": ("fear", "anger"),
    "fearfully_surprised": ("fear", "surprise"),
    "fearfully_disgusted": ("fear", "disgust"),
    "angrily_surprised": ("anger", "surprise"),
    "angrily_disgusted": ("anger", "disgust"),
    "disgustedly_surprised": ("disgust", "surprise"),
    "appalled": ("anger", "disgust"),
    "hatred": ("anger", "disgust"),
    "awed": ("fear", "surprise"),
}
"""Each compound expression with its two basic components."""
