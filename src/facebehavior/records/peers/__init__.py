"""Tables of other programs: written in exactly their columns, and read into the record.

What one side does not estimate is empty, never zero. A file's own ending says whose it is:
`faces.openface.csv`, `faces.feat.csv` and `faces.libreface.csv`; on reading, its columns do.
"""

from facebehavior.records.peers.libreface import LIBREFACE
from facebehavior.records.peers.openface import OPENFACE
from facebehavior.records.peers.peer import Peer
from facebehavior.records.peers.py_feat import PY_FEAT

PEERS: tuple[Peer, ...] = (OPENFACE, PY_FEAT, LIBREFACE)

__all__ = ["PEERS", "Peer"]
