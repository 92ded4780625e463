"""The study's one command: crops, runs, page; what is there already is not done again.

    python -m studies.negative_transfer DATABASES --work FOLDER [--sculpted SCULPTED] [--du DU]
        [--ferplus FER+] [--confirmation PEOPLE]

DATABASES is what ``facebehavior synthesize synthetic_study`` has made, SCULPTED, DU and PEOPLE its
twins ``synthetic_study_sculpted``, ``synthetic_study_du`` and ``synthetic_study_confirmation``,
FER+ the folder that holds FER2013Train and FER2013Valid. Runs whose databases are not given are
left out. On the page, comparisons of runs whose predictions are not in the folder stay as they
stood: with ``--page`` no folder has to be there, and a checkout makes its page again.
"""

import argparse
import logging
from pathlib import Path

from studies.negative_transfer.page import write_page
from studies.negative_transfer.plan import Job, Places, Plan
from studies.negative_transfer.preparing import (
    prepare,
    prepare_confirmation,
    prepare_ferplus,
    prepare_sculpted,
    prepare_upper_bound,
)
from studies.negative_transfer.running import estimate_table, run_all

RESULTS = Path(__file__).parents[2] / "docs" / "results"


def main() -> None:
    """Do what is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("databases", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="for crops, weights, predictions")
    parser.add_argument("--sculpted", type=Path, help="for world C")
    parser.add_argument("--du", type=Path, help="for world A")
    parser.add_argument("--confirmation", type=Path, help="for people whom no study has seen")
    parser.add_argument("--ferplus", type=Path, help="for the world of real expressions")
    parser.add_argument("--minutes", type=float, default=150.0, help="no run is started after")
    parser.add_argument("--processes", type=int, default=2, help="runs side by side")
    parser.add_argument("--pilot", action="store_true", help="only the pilot")
    parser.add_argument("--page", action="store_true", help="only the page")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    plan = Plan.read()
    places = Places(given.work / "shards", given.work, RESULTS / "negative_transfer" / "runs")
    if not given.page:
        prepare(given.databases, places.shards)
        if given.sculpted:
            prepare_sculpted(given.sculpted, places.shards)
        if given.confirmation:
            prepare_confirmation(given.confirmation, places.shards)
        if given.du:
            prepare_upper_bound(given.du, places.shards)
        if given.ferplus:
            prepare_ferplus(given.ferplus, places.shards)
        estimate_table(places)
        jobs = [Job(arm, "B", 0, True) for arm in plan.pilot] if given.pilot else plan.jobs()
        run_all(plan, jobs, places, given.minutes, given.processes)
    if not given.pilot:
        write_page(plan, places, given.databases, RESULTS)


if __name__ == "__main__":
    main()
