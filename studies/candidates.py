"""Networks for the packaged model: what each reaches in the same few passes, and how long it takes.

Candidates, named beforehand, differ in trunk, width, input size and start. Each learns expressions
from the votes of FER+ and all other tasks from rendered heads, in equally many steps, and is
measured on the people and pictures that are held out of training; no test database chooses. Times
are those of `benchmarks/network_speed.py`: one core, batches of 32.

    python -m studies.candidates WORK [--processes 2]

WORK holds `p56` and `p64`, faces of 56 and 64 pixels: `ferplus` (`facebehavior prepare ferplus`)
and `varied` of the rendered heads of the packaged model's recipe. Results come one JSON a run.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from facebehavior.evaluation.tables import markdown_table
from facebehavior.files import writing
from facebehavior.model_file import find_model
from facebehavior.training import run_training
from facebehavior.training.configuration import checked_configuration
from studies.runs import Job, discussion, do_all

RESULTS = Path("docs/results")
CANDIDATES: Mapping[str, tuple[str, int, int, str | None]] = {
    "compact 32, 64 px": ("compact", 32, 64, None),
    "compact 32, 64 px, from ferplus": ("compact", 32, 64, "start_from"),
    "compact 32, 56 px": ("compact", 32, 56, None),
    "compact_grid 32, 56 px": ("compact_grid", 32, 56, None),
    "compact_grid 32, 56 px, from ferplus": ("compact_grid", 32, 56, "trunk_from"),
    "compact 24, 64 px": ("compact", 24, 64, None),
    "compact 16, 64 px": ("compact", 16, 64, None),
    "mobilenet_v2, 64 px": ("mobilenet_v2", 32, 64, None),
    "small 48, 64 px": ("small", 48, 64, None),
}
"""Of each candidate: trunk, width, pixels, and how it starts from the packaged model `ferplus`:
with all of it, with its trunk alone, or not."""
FIGURES = {
    "expression_accuracy": "expressions",
    "action_units_auc": "action units, ROC AUC",
    "affect_ccc": "affect, CCC",
    "attributes_auc": "attributes, ROC AUC",
    "identity_pairs_auc": "identity, ROC AUC",
    "score": "mean score",
}
PASSES, BATCH = 2, 96


def work_on(job: Job, work: Path) -> dict[str, Any]:
    """Train one candidate, and give what it reaches on held-out pictures."""
    backbone, width, size, start = CANDIDATES[job.settings["candidate"]]
    folder = work / f"p{size}"
    heads = ["expression", "action_units", "affect", "attributes", "identity"]
    layers = {} if start == "start_from" else {"backbone": backbone, "width": width}
    content: dict[str, Any] = {
        "name": job.name,
        "seed": 1,
        "label_sets": [
            {"name": name, "sources": [{"shards": str(folder / name), "split": "train",
                                        "hold_out": 0.05}]}
            for name in ("ferplus", "varied")
        ],
        **({} if start is None else {start: str(find_model("ferplus"))}),
        "network": {**layers, "heads": heads},
        "losses": {"logit_adjustment": 0.4, "affect": 0.5, "attributes": 0.5, "identity": 0.15},
        "coupling": {"posterior_co_annotation": {"weight": 0.2}},
        "optimisation": {"epochs": PASSES, "batch_size": BATCH, "averaging": 0.99},
        "run": {"precision": "bf16-mixed", "checkpoint_every": 100000, "validate_every": 1000},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as made:
        summary = run_training(checked_configuration(content, job.name), Path(made) / "run")
    held_out = {name: summary.held_out[name] for name in FIGURES}
    return {**job.settings, "held_out": held_out, "steps": summary.progress["step"]}


def page(found: Mapping[str, Mapping[str, Any]], speeds: list[dict[str, Any]]) -> str:
    """Write the results as Markdown."""
    rows = []
    for one in found.values():
        time = _speed(one["candidate"], speeds)
        cells = [f"{one['held_out'][name]:.3f}" for name in FIGURES]
        rows.append((one["candidate"], *cells, _ms(time, "float32_ms"), _ms(time, "int8_ms")))
    header = ("candidate", *FIGURES.values(), "ms, float32", "ms, int8")
    return (
        "# Networks for the packaged model\n\n"
        f"{discussion(__file__)}"
        f"{PASSES} passes over FER+ and 20,000 rendered heads each, one seed; figures on held-out "
        "pictures; milliseconds a face on one core.\n\n"
        f"{markdown_table(header, rows)}\n\n"
        "![Mean score against milliseconds a face](candidates.png)\n\n"
        "Made by `python -m studies.candidates`, after `python benchmarks/network_speed.py`.\n"
    )


def draw(found: Mapping[str, Mapping[str, Any]], speeds: list[dict[str, Any]], path: Path) -> None:
    """Draw the mean score against the time of the 8-bit network."""
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for one in found.values():
        time = _speed(one["candidate"], speeds)
        if time is None:
            continue
        place = (float(time["int8_ms"]), float(one["held_out"]["score"]))
        axes.plot(*place, "o", color="#1f4e79")
        axes.annotate(
            one["candidate"], place, xytext=(0, 6), textcoords="offset points", size=8, ha="center"
        )
    axes.set_xlabel("milliseconds a face, 8 bits, one core")
    axes.set_ylabel("mean score on held-out pictures")
    axes.margins(x=0.3, y=0.1)
    axes.grid(alpha=0.3)
    with writing(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=110, metadata={"Software": None})


def _speed(candidate: str, speeds: list[dict[str, Any]]) -> dict[str, Any] | None:
    layers = CANDIDATES[candidate][:3]
    return next((s for s in speeds if (s["backbone"], s["width"], s["size"]) == layers), None)


def _ms(speed: Mapping[str, Any] | None, name: str) -> str:
    return "-" if speed is None else f"{speed[name]:.2f}"


def main() -> None:
    """Do the runs, write the page and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    jobs = [
        Job(name.replace(", ", "-").replace(" ", "_"), {"candidate": name}) for name in CANDIDATES
    ]
    work = partial(work_on, work=arguments.work)
    found = do_all(jobs, work, RESULTS / "candidates", arguments.processes)
    speeds = json.loads((RESULTS / "network_speed.json").read_text())
    draw(found, speeds, RESULTS / "candidates.png")
    with writing(RESULTS / "candidates.md") as path:
        path.write_text(page(found, speeds))


if __name__ == "__main__":
    main()
