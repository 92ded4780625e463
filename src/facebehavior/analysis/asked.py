"""What a user asks of an analysis, and whether it can be done."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from facebehavior.analysis.finishing import Finish, outputs
from facebehavior.analysis.lots import Settings
from facebehavior.analysis.overlay_files import check_overlay
from facebehavior.compound import check_compound_way
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.media import Source
from facebehavior.files import check_not_read, check_writable
from facebehavior.records import check_held, check_sources, checked_format


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        settings: of the analysis.
        output: path of the record; None writes none.
        overlay: path of an overlay, or of a folder for several; None draws none.
        anonymous: hide the faces of overlay and report.
        people: name people.
        gallery: path of the file that keeps their names; None keeps none.
        finish: what is done with the whole record.
        workers: processes.
    """

    settings: Settings = field(default_factory=Settings)
    output: str | None = None
    overlay: str | None = None
    anonymous: bool = False
    people: bool = False
    gallery: str | None = None
    finish: Finish = field(default_factory=Finish)
    workers: int = 1

    def __post_init__(self) -> None:
        """Check what can be checked before any work.

        Raises:
            FaceBehaviorError: something cannot be done or written.
        """
        if self.workers < 1:
            raise FaceBehaviorError(f"--workers should be 1 or more, found {self.workers}")
        if self.anonymous and not (self.overlay or self.finish.report):
            raise FaceBehaviorError(
                "--anonymize hides faces in --overlay and --report: give one of them"
            )
        check_compound_way(self.settings.compound_by)
        if self.settings.compound_by is not None and self.settings.compound is None:
            raise FaceBehaviorError(
                "--compound-by says how compound expressions are told: give --compound with it"
            )
        if self.output is not None:
            checked_format(self.output)
        check_held(self.output, self._optional_columns)
        places = Counter(os.path.abspath(name) for name in self.files)
        for place, times in places.items():
            if times > 1:
                raise FaceBehaviorError(
                    f"{place}: two outputs would be written there; give each a name of its own"
                )

    @property
    def files(self) -> list[str]:
        """The files to write, the record first."""
        named = (self.output, self.overlay, *outputs(self.finish), self.gallery)
        return [name for name in named if name]

    @property
    def names_people(self) -> bool:
        """Whether people are named."""
        return self.people or self.gallery is not None

    @property
    def draws(self) -> bool:
        """Whether the pictures are needed a second time."""
        return self.overlay is not None or self.finish.report is not None

    @property
    def settings_of_kept_rows(self) -> Settings:
        """The settings that make rows from which everything can be made.

        The points are kept though nothing is to be drawn, so that an analysis goes on from there
        when overlay or report are asked for later.
        """
        return replace(
            self.settings,
            embedding=self.settings.embedding or self.names_people,
            landmarks=self.settings.landmarks or self.anonymous,
            points=True,
        )

    @property
    def folder(self) -> Path | None:
        """Where unfinished rows are kept: beside the first file; None where there is none."""
        if not self.files:
            return None
        first = Path(os.path.abspath(self.files[0]))  # a folder's own name may be `.`
        return first.with_name(f"{first.name}.partial")

    @property
    def _optional_columns(self) -> list[str]:
        columns = {
            "person": self.people,
            "landmarks": self.settings.landmarks,
            "embedding": self.settings.embedding,
            "compound": self.settings.compound is not None,
        }
        return [name for name, wanted in columns.items() if wanted]

    def check_places(self, sources: Sequence[Source]) -> None:
        """See, before hours are spent, whether these sources' results could be written.

        Raises:
            FaceBehaviorError: they could not.
        """
        if self.output is not None:
            check_sources(self.output, len(sources))
        if self.overlay is not None:
            check_overlay(self.overlay, sources)
        for name in self.files:
            check_not_read(name, [source.path for source in sources])
            if Path(name).suffix:
                check_writable(name)
