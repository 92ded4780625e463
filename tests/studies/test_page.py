import json
import re
from pathlib import Path
from shutil import copy

import numpy as np
import pytest
from scipy.stats import ttest_rel
from studies.negative_transfer.comparing import Arms, Compared, contrasts, over_seeds, with_kept
from studies.negative_transfer.page import filled, interval, write_page
from studies.negative_transfer.plan import Family, Job, Places, Plan
from studies.negative_transfer.running import result_path
from studies.resampling import Array

RESULTS = Path(__file__).parents[2] / "docs" / "results"
ONE = Compared(
    "couplings", "B", "new_domain", "both", "uncoupled", "affect_ccc", 3, 0.05, 0.01, 0.09, 0.02
)


def test_intervals_beyond_zero_are_bold() -> None:
    assert interval(ONE) == "**+0.050 [+0.010, +0.090]**"
    across = Compared(**{**vars(ONE), "low": -0.01})
    assert interval(across) == "+0.050 [-0.010, +0.090]"


def test_the_discussion_quotes_differences_that_there_are() -> None:
    summary = {"gains": [], "contrasts": [vars(ONE)]}
    text = filled("Affect gains {{both-uncoupled-B-affect_ccc}}.", summary)
    assert text == "Affect gains **+0.050 [+0.010, +0.090]**."
    inside = {**vars(ONE), "measured": "in_domain", "mean": 0.02}
    text = filled("{{both-uncoupled-B-in_domain-affect_ccc}}", {"gains": [], "contrasts": [inside]})
    assert text == "**+0.020 [+0.010, +0.090]**"
    with pytest.raises(KeyError):
        filled("{{both-uncoupled-C-affect_ccc}}", summary)


def test_what_cannot_be_compared_again_stays_with_its_family() -> None:
    moved = Compared(**{**vars(ONE), "mean": 0.06})
    other = Compared(**{**vars(ONE), "better": "soft"})
    elsewhere = Compared(**{**vars(ONE), "family": "confirmation"})
    assert with_kept([moved], []) == [moved]
    assert with_kept([], [ONE]) == [ONE]
    assert with_kept([moved, elsewhere], [ONE]) == [moved, elsewhere]
    assert with_kept([moved, elsewhere], [ONE, other]) == [ONE, other, elsewhere]
    alone = [Compared(**{**vars(one), "family": ""}) for one in (ONE, moved, other)]
    assert with_kept([alone[1]], [alone[0], alone[2]]) == [alone[2], alone[1]]


def test_contrasts_that_are_not_run_yet_count_in_the_correction() -> None:
    content = {
        "world": "B",
        "contrasts": [
            {"better": name, "worse": "uncoupled", "tasks": ["affect"]} for name in ("both", "soft")
        ],
    }
    plan = Plan.read().model_copy(update={"families": {"two": Family.model_validate(content)}})
    draws: Array = np.concatenate([[0.5], np.linspace(0.4, 0.6, 1000)])
    seeds = {"affect_ccc": {0: draws, 1: draws, 2: draws}}
    lower: dict[str, dict[int, Array]] = {"affect_ccc": dict.fromkeys(range(3), draws - 0.1)}
    arms: Arms = {
        ("both", "B", "new_domain"): seeds,
        ("uncoupled", "B", "new_domain"): lower,
    }
    (found,) = contrasts(plan, arms)
    assert found.better == "both"
    assert found.p == pytest.approx(2 * 2 / 1001)
    (_, other) = contrasts(plan, {**arms, ("soft", "B", "new_domain"): lower})
    assert other.p == 1.0


def test_an_interval_over_seeds_alone_is_that_of_the_runs_own_figures(tmp_path: Path) -> None:
    plan, places = Plan.read(), Places(tmp_path, tmp_path, tmp_path / "runs")
    values = {"both": (0.51, 0.55, 0.5), "uncoupled": (0.5, 0.5, 0.5), "soft": (0.6,)}
    places.results.mkdir()
    for arm, figures in values.items():
        for seed, value in enumerate(figures):
            content = {"figures": {"new_domain": {"affect_ccc": value}}}
            result_path(Job(arm, "B", seed), places).write_text(json.dumps(content))
    other = Compared(**{**vars(ONE), "better": "soft"})
    inside = Compared(**{**vars(ONE), "measured": "in_domain"})
    found, *lacking = over_seeds(plan, places, [ONE, other, inside])
    expected = ttest_rel(values["both"], values["uncoupled"]).confidence_interval(0.95)
    assert found == pytest.approx((expected.low, expected.high))
    assert lacking == [None, None]


def test_a_checkout_has_all_that_the_page_is_made_of(tmp_path: Path) -> None:
    committed = RESULTS / "negative_transfer"
    (tmp_path / "negative_transfer").mkdir()
    copy(committed / "summary.json", tmp_path / "negative_transfer")
    nothing = tmp_path / "nothing"
    write_page(Plan.read(), Places(nothing, nothing, committed / "runs"), nothing, tmp_path)
    before, after = (
        json.loads((folder / "summary.json").read_text())
        for folder in (committed, tmp_path / "negative_transfer")
    )
    for name in ("gains", "contrasts", "rule", "table_errors", "learned_tables"):
        assert after[name] == before[name]
    text = (tmp_path / "negative_transfer.md").read_text()
    assert "{{" not in text
    pictures = re.findall(r"\((negative_transfer/.+?\.png)\)", text)
    assert len(pictures) > 5
    assert all((tmp_path / name).is_file() for name in pictures)


def test_the_plan_names_known_tasks_alone() -> None:
    assert Plan.read().arms["expression"].tasks == ("expression",)
