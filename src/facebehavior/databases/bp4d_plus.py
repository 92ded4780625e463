"""BP4D+: the larger successor of BP4D, with ten tasks of which four are coded.

Labels: 12 action units (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24) present or not, of the 34 that
are coded; intensity from 0 to 5 of 6, 10, 12, 14 and 17.
Size: 140 people (82 women, 58 men), 560 coded sequences.
Where: Lijun Yin, Binghamton University, with a signed agreement.
Terms: research only, no redistribution.
Citation: Zhang and others, "Multimodal spontaneous emotion corpus for human behavior analysis",
CVPR 2016.
Metric: mean F1 of the 12 action units over three folds of subjects.

The header can name an action unit twice, so that columns go by position; the sequence F041 T7 has
differing lengths and is left out.

Options: `frame_offset`, what is added to a coded frame to get the number of its picture.

Layout::

    AUCoding/AU_OCC/F001_T1.csv   AUCoding/AU_INT/AU06/F001_T1_AU06.csv
    2D+3D/F001/T1/000.jpg
"""

from pathlib import Path

from facebehavior.databases.bp4d import Release, read_release
from facebehavior.databases.reading import ReadingReport
from facebehavior.labels import Manifest

NAME = "bp4d-plus"


def read_bp4d_plus(root: Path, report: ReadingReport, *, frame_offset: int = -1) -> Manifest:
    """Read all coded sequences.

    Args:
        root: the folder that holds `AUCoding` and `2D+3D`.
        report: takes the counts and problems.
        frame_offset: from coded frames to the numbers of pictures.

    Raises:
        FaceBehaviorError: a folder is missing.
        BadInput: the first malformed row, in strict reading.
    """
    left_out = (("F041_T7", "its lengths differ"),)
    release = Release(NAME, "BP4D+", "2D+3D", frame_offset, left_out)
    return read_release(root, report, release)
