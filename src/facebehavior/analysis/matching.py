"""Same person or not: faces of photographs compared by their embeddings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facebehavior.analysis.analyzed import AnalyzedFrame
from facebehavior.analysis.analyzer import Analyzer
from facebehavior.analysis.embeddings import check_embedding
from facebehavior.errors import BadInput
from facebehavior.faces.media import LostFrame
from facebehavior.model_file import MatchThreshold


@dataclass(frozen=True)
class Comparison:
    """What `compare` says of two faces.

    Attributes:
        similarity: cosine of the two embeddings, from -1 to 1.
        threshold: above which similarity they count as one person's, with its measured errors;
            None where the model file has none.
    """

    similarity: float
    threshold: MatchThreshold | None

    @property
    def same(self) -> bool | None:
        """Whether both are one person; None where there is no threshold."""
        return None if self.threshold is None else self.similarity > self.threshold.threshold


@dataclass(frozen=True)
class Match:
    """One face of a folder, beside the face that is looked for.

    Attributes:
        source: path of its picture or video.
        frame: index in the video; 0 for a photograph.
        face: index in the picture, left to right.
        comparison: with the face that is looked for.
    """

    source: str
    frame: int
    face: int
    comparison: Comparison


class Matcher:
    """Compares faces of photographs.

    Args:
        analyzer: with a model that gives embeddings.

    Raises:
        FaceBehaviorError: its model gives none.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        metadata = analyzer.model.metadata
        check_embedding(metadata, "to compare faces by")
        self._analyzer = analyzer
        self._threshold = metadata.verification

    def compare(self, first: str | Path, second: str | Path) -> Comparison:
        """Compare the only faces of two photographs.

        Raises:
            BadInput: a photograph cannot be read, or does not show exactly one face.
        """
        vectors = [self.only_face(path) for path in (first, second)]
        return self._compared(vectors[0], vectors[1])

    def find(
        self, query: str | Path, inputs: Sequence[str | Path]
    ) -> tuple[list[Match], list[BadInput]]:
        """Rank all faces of some photographs, videos and folders by their similarity to a face.

        Args:
            query: a photograph of one face.
            inputs: photographs, videos and folders; the photograph itself is ranked too where it
                is among them.

        Returns:
            The faces, the most similar first, and the pictures that could not be used.

        Raises:
            BadInput: the query cannot be read, or does not show exactly one face.
        """
        wanted = self.only_face(query)
        problems: list[BadInput] = []
        matches = []
        for item in self._items(inputs):
            if isinstance(item, BadInput):
                problems.append(item)
                continue
            for number, vector in enumerate(_embeddings(item)):
                compared = self._compared(wanted, vector)
                matches.append(Match(item.source, item.index, number, compared))
        matches.sort(key=lambda one: (-one.comparison.similarity, one.source, one.frame, one.face))
        return matches, problems

    def only_face(self, path: str | Path) -> NDArray[np.float32]:
        """Give the embedding (512,) of a photograph's only face.

        Raises:
            BadInput: it cannot be read, or does not show exactly one face.
        """
        frames: list[AnalyzedFrame] = []
        for item in self._items([path]):
            if isinstance(item, BadInput):
                raise item
            frames.append(item)
        if len(frames) != 1:
            raise BadInput(
                str(path), f"expected one photograph, found {len(frames)} pictures or frames"
            )
        count = len(frames[0].faces)
        if count != 1:
            advice = "crop it to the one that is meant" if count else "give a clearer picture"
            raise BadInput(str(path), f"expected one face, found {count or 'none'}; {advice}")
        return np.asarray(_embeddings(frames[0])[0])

    def _items(self, inputs: Sequence[str | Path]) -> Iterator[AnalyzedFrame | BadInput]:
        for group in self._analyzer.groups(inputs):
            for item in group:
                if not isinstance(item, LostFrame):
                    yield item

    def _compared(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> Comparison:
        return Comparison(float(np.clip(first @ second, -1.0, 1.0)), self._threshold)


def _embeddings(frame: AnalyzedFrame) -> NDArray[np.float32]:
    found = frame.predictions.embedding
    assert found is not None
    return found
