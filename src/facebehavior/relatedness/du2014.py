"""Which action units people show with each expression: Du, Tao and Martinez (2014).

Table 1 of "Compound facial expressions of emotion", PNAS 111(15) E1454: 230 people, the 6 basic and
15 compound expressions. An action unit that more than 70 % of the people showed is prototypical and
weighs 1; one that fewer showed is observational and weighs the share of people who showed it.
Action unit 11, which no database of the project codes, is kept here as the paper has it.
"""

from collections.abc import Mapping

DU_2014: Mapping[str, Mapping[int, float]] = {
    "happiness": {6: 0.51, 12: 1.0, 25: 1.0},
    "sadness": {1: 0.6, 4: 1.0, 6: 0.5, 11: 0.26, 15: 1.0, 17: 0.67},
    "fear": {1: 1.0, 2: 0.57, 4: 1.0, 5: 0.63, 20: 1.0, 25: 1.0, 26: 0.33},
    "anger": {4: 1.0, 7: 1.0, 10: 0.26, 17: 0.52, 23: 0.29, 24: 1.0},
    "surprise": {1: 1.0, 2: 1.0, 5: 0.66, 25: 1.0, 26: 1.0},
    "disgust": {4: 0.31, 9: 1.0, 10: 1.0, 17: 1.0, 24: 0.26},
    "happily_surprised": {1: 1.0, 2: 1.0, 5: 0.64, 12: 1.0, 25: 1.0, 26: 0.67},
    "happily_disgusted": {4: 0.32, 6: 0.61, 9: 0.59, 10: 1.0, 12: 1.0, 25: 1.0},
    "sadly_fearful": {1: 1.0, 2: 0.46, 4: 1.0, 5: 0.24, 6: 0.34, 15: 0.3, 20: 1.0, 25: 1.0},
    "sadly_angry": {4: 1.0, 6: 0.26, 7: 0.48, 11: 0.2, 15: 1.0, 17: 0.5},
    "sadly_surprised": {1: 1.0, 2: 0.27, 4: 1.0, 6: 0.31, 25: 1.0, 26: 1.0},
    "sadly_disgusted": {
        1: 0.49,
        4: 1.0,
        6: 0.61,
        9: 0.2,
        10: 1.0,
        11: 0.35,
        15: 0.54,
        17: 0.47,
        25: 0.43,
    },
    "fearfully_angry": {4: 1.0, 5: 0.4, 7: 0.39, 10: 0.3, 11: 0.33, 20: 1.0, 25: 1.0},
    "fearfully_surprised": {
        1: 1.0,
        2: 1.0,
        4: 0.47,
        5: 1.0,
        10: 0.35,
        11: 0.22,
        20: 1.0,
        25: 1.0,
        26: 0.51,
    },
    "fearfully_disgusted": {
        1: 1.0,
        2: 0.64,
        4: 1.0,
        5: 0.5,
        6: 0.26,
        9: 0.28,
        10: 1.0,
        15: 0.33,
        20: 1.0,
        25: 1.0,
    },
    "angrily_surprised": {4: 1.0, 5: 0.35, 7: 0.5, 10: 0.34, 25: 1.0, 26: 1.0},
    "angrily_disgusted": {4: 1.0, 7: 0.6, 9: 0.57, 10: 1.0, 17: 1.0, 24: 0.36},
    "disgustedly_surprised": {
        1: 1.0,
        2: 1.0,
        4: 0.45,
        5: 1.0,
        9: 0.37,
        10: 1.0,
        17: 0.66,
        24: 0.33,
    },
    "appalled": {4: 1.0, 6: 0.25, 9: 0.56, 10: 1.0, 17: 0.67, 24: 0.36},
    "hatred": {4: 1.0, 7: 0.57, 9: 0.27, 10: 1.0, 17: 0.63, 24: 0.37},
    "awed": {1: 1.0, 2: 1.0, 4: 0.21, 5: 1.0, 20: 0.62, 25: 1.0, 26: 0.56},
}
"""Weight in (0, 1] of each action unit (FACS number) that an expression shows; neutral: none."""
