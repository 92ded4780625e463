"""How a face is found in a picture and cut out of it.

The names of this module are those that need no detector. `faces.detectors` opens detectors, which
load MediaPipe, ONNX Runtime or OpenCV.
"""

from facebehavior.faces.alignment import CropParameters, cut_face, five_points, similarity
from facebehavior.faces.face import Detector, Face

__all__ = ["CropParameters", "Detector", "Face", "cut_face", "five_points", "similarity"]
