"""The protocols of the databases: splits, classes, action units, folds and metrics of the field."""

from collections.abc import Mapping
from difflib import get_close_matches

from facebehavior.databases import bp4d, disfa, disfa_plus, emotionet
from facebehavior.databases.aff_wild2 import ACTION_UNITS_OF_ABAW, ACTION_UNITS_OF_ABAW1
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.protocol_forms import (
    action_units_protocol,
    affect_protocol,
    compound_protocol,
    expression_protocol,
    given_folds,
    leave_one_out,
    multi_task_score,
    seeded_folds,
)
from facebehavior.evaluation.protocols import GENERAL, EvaluationProtocol
from facebehavior.evaluation.truth import labels_of

_EIGHT_OF_DISFA = (1, 2, 4, 6, 9, 12, 25, 26)
_ABAW = "the challenges of ABAW (Kollias and others, from 2020)"
_OTHER = (
    "Frames labelled `other` have no expression here and are left out, so that the figure is over "
    "7 classes where the challenge has 8."
)


_DATABASES = (
    expression_protocol(
        "fer2013",
        "fer2013",
        "accuracy",
        "7 expressions on the private test part.",
        "test",
        "Goodfellow and others, ICONIP 2013",
    ),
    expression_protocol(
        "affectnet-7",
        "affectnet",
        "accuracy",
        "7 expressions on the validation part; contempt is left out. The validation parts of the "
        "two layouts differ: name yours.",
        "validation",
        "Mollahosseini, Hasani and Mahoor, 2019",
    ),
    affect_protocol(
        "affectnet-va", "affectnet", "Valence and arousal on the validation part.", "validation"
    ),
    expression_protocol(
        "raf-db",
        "raf-db",
        "unweighted_average_recall",
        "7 expressions on the test part: mean diagonal of the confusion matrix.",
        "test",
        "Li, Deng and Du, CVPR 2017",
    ),
    compound_protocol(
        "raf-db-compound",
        "raf-db-compound",
        "raf-db",
        "unweighted_average_recall",
        "11 compound expressions on the test part.",
        "test",
    ),
    action_units_protocol(
        "raf-au", "raf-au", range(1, 27), "All action units on the drawn test part.", split="test"
    ),
    compound_protocol(
        "raf-ce",
        "raf-ce",
        "du",
        "unweighted_average_recall",
        "12 of the 14 compound expressions on the test part, told apart among the 15 of Du et al.",
        "test",
    ),
    action_units_protocol(
        "emotionet-11",
        "emotionet",
        emotionet.CODED,
        "11 action units on the part that people have coded: mean of mean F1 and mean accuracy.",
        split="validation",
        metric="mean_of_f1_and_accuracy",
        source="the challenge of 2017 (unverified)",
    ),
    action_units_protocol(
        "disfa-12",
        "disfa",
        disfa.CODED,
        "12 action units, active from intensity 2 unless the reader was given another threshold.",
        folds=given_folds(disfa.FOLDS),
    ),
    action_units_protocol(
        "disfa-8",
        "disfa",
        _EIGHT_OF_DISFA,
        "8 action units, active from intensity 2 unless the reader was given another threshold.",
        folds=given_folds(disfa.FOLDS),
    ),
    action_units_protocol(
        "disfa-plus-12",
        "disfa-plus",
        disfa.CODED,
        "12 action units, active from intensity 2 unless the reader was given another threshold. "
        f"Subjects {disfa_plus.SUBJECTS[0]} to {disfa_plus.SUBJECTS[-1]} are in DISFA too.",
        folds=leave_one_out,
    ),
    action_units_protocol(
        "bp4d-12", "bp4d", bp4d.CODED, "12 action units.", folds=given_folds(bp4d.FOLDS)
    ),
    action_units_protocol(
        "bp4d-plus-12",
        "bp4d-plus",
        bp4d.CODED,
        "12 action units; the folds are drawn by this project.",
        folds=seeded_folds(3),
    ),
    affect_protocol(
        "aff-wild", "aff-wild", "Valence and arousal of the drawn validation videos.", "validation"
    ),
    affect_protocol(
        "aff-wild2-va", "aff-wild2", "Valence and arousal of the validation videos.", "validation"
    ),
    expression_protocol(
        "aff-wild2-expr",
        "aff-wild2",
        "macro_f1",
        f"Expressions of the validation videos. {_OTHER}",
        "validation",
        _ABAW,
    ),
    expression_protocol(
        "abaw2-expr",
        "aff-wild2",
        "abaw_score",
        "7 expressions of the validation videos: .67 macro-F1 + .33 accuracy.",
        "validation",
        f"{_ABAW}, first two editions",
    ),
    action_units_protocol(
        "aff-wild2-au",
        "aff-wild2",
        ACTION_UNITS_OF_ABAW,
        "12 action units of the validation videos.",
        split="validation",
        source=_ABAW,
    ),
    action_units_protocol(
        "abaw1-au",
        "aff-wild2",
        ACTION_UNITS_OF_ABAW1,
        "8 action units of the validation videos, as the first edition coded them: mean of mean F1 "
        "and mean accuracy.",
        split="validation",
        metric="mean_of_f1_and_accuracy",
        source=f"{_ABAW}, first edition",
    ),
    action_units_protocol(
        "abaw2-au",
        "aff-wild2",
        ACTION_UNITS_OF_ABAW,
        "12 action units of the validation videos: mean of mean F1 and mean accuracy.",
        split="validation",
        metric="mean_of_f1_and_accuracy",
        source=f"{_ABAW}, second edition",
    ),
    EvaluationProtocol(
        name="abaw-mtl",
        description=(
            "Valence and arousal, expressions and 12 action units of the static validation "
            f"pictures: mean CCC + macro-F1 + mean F1. {_OTHER}"
        ),
        source=f"{_ABAW}, editions 4 and 7",
        split="validation",
        truth=labels_of(
            ["expression", "action_units", "affect"], action_units=ACTION_UNITS_OF_ABAW
        ),
        main_metric={"expression": "macro_f1", "action_units": "mean_f1", "affect": "mean_ccc"},
        databases=("aff-wild2-mtl",),
        composite=multi_task_score,
    ),
    affect_protocol(
        "afew-va",
        "afew-va",
        "Valence and arousal; 5 folds of clips, drawn by this project.",
        None,
        seeded_folds(5),
    ),
    EvaluationProtocol(
        name="cfee-7",
        description="7 expressions; 10 folds of people, drawn by this project.",
        source="Du, Tao and Martinez, PNAS 2014",
        split=None,
        truth=labels_of(["expression"]),
        main_metric={"expression": "accuracy"},
        databases=("cfee",),
        folds=seeded_folds(10),
    ),
    compound_protocol(
        "cfee-15",
        "cfee",
        "du",
        "unweighted_average_recall",
        "15 compound expressions; 10 folds of people, drawn by this project.",
        None,
        seeded_folds(10),
    ),
    expression_protocol(
        "expw",
        "expw",
        "accuracy",
        "7 expressions of the drawn test part.",
        "test",
        "Zhang, Luo, Loy and Tang, IJCV 2018; the parts are drawn by this project",
    ),
    compound_protocol(
        "c-expr-db-7", "c-expr-db", "c-expr-db", "macro_f1", "7 compound expressions.", "test"
    ),
    EvaluationProtocol(
        name="celeba-attributes",
        description="40 attributes of the test part, whose people are in no other part.",
        source="Liu, Luo, Wang and Tang, ICCV 2015",
        split="test",
        truth=labels_of(["attributes"]),
        main_metric={"attributes": "mean_accuracy"},
        databases=("celeba",),
    ),
    EvaluationProtocol(
        name="lfw-view2",
        description=(
            "The pairs of pairs.txt in 10 folds: mean accuracy, the threshold of each fold chosen "
            "on the other nine. Pairs of which a picture is missing are left out and counted."
        ),
        source="Huang, Ramesh, Berg and Learned-Miller, 2007, View 2",
        split=None,
        truth=labels_of(["identity"]),
        main_metric={"verification": "accuracy"},
        databases=("lfw",),
    ),
    EvaluationProtocol(
        name="verification",
        description=(
            "Pairs of faces of people: as many of one person as of two, 3,000 at the most, drawn "
            "with the seed."
        ),
        source="this project",
        split="test",
        truth=labels_of(["identity"]),
        main_metric={"identity": "roc_auc"},
        databases=("lfw", "celeba", "synthetic"),
    ),
)

PROTOCOLS: Mapping[str, EvaluationProtocol] = {one.name: one for one in (*GENERAL, *_DATABASES)}
"""The protocols by name."""


def find_protocol(name: str) -> EvaluationProtocol:
    """Give a protocol by its name.

    Raises:
        FaceBehaviorError: there is none of that name.
    """
    if name not in PROTOCOLS:
        nearest = get_close_matches(name, PROTOCOLS, n=1, cutoff=0.0)[0]
        raise FaceBehaviorError(
            f"there is no protocol {name!r}; the nearest is {nearest!r} of: {', '.join(PROTOCOLS)}"
        )
    return PROTOCOLS[name]
