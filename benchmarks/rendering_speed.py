"""How quickly synthetic heads are rendered, against OpenGL in software.

    pip install moderngl
    python benchmarks/rendering_speed.py --assets MAKEHUMAN --sculpts FACSHUMAN [-o result.json]

The same scenes (head, eyes, teeth, hair, brows, lashes; 256 x 256 pixels for pictures of 128) are
drawn by the package's z-buffer and by moderngl through EGL, one thread each, in turn. OpenGL does
less: it shades by one light, without shadow, ambient occlusion or paint. The whole of a picture,
from its plan to its JPEG bytes, is timed beside them.
"""

import argparse
import importlib
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("LP_NUM_THREADS", "1")  # threads of Mesa's software renderer
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from facebehavior.synthesis import Materials, Photographer, read_configuration
from facebehavior.synthesis.head import Scene
from facebehavior.synthesis.photographer import OVERSAMPLING, picture_bytes
from facebehavior.synthesis.plan import PicturePlan, plan_database
from facebehavior.synthesis.rendering.backgrounds import background
from facebehavior.synthesis.rendering.parts import Part, draw

# By name: only this benchmark needs the package, and it is not checked for types.
moderngl: Any = importlib.import_module("moderngl")

VERTEX_SHADER = """
#version 330
in vec3 place; in vec3 facing; in vec2 point;
out vec3 normal; out vec2 at;
uniform float focal;
void main() {
    normal = facing; at = point;
    float distance = -place.z;
    gl_Position = vec4(2.0 * focal * place.x, -2.0 * focal * place.y, distance - 2.0, distance);
}
"""
PIXEL_SHADER = """
#version 330
in vec3 normal; in vec2 at;
out vec4 shown;
uniform sampler2D surface; uniform vec3 tint; uniform vec3 sun;
void main() {
    vec4 colour = texture(surface, vec2(at.x, 1.0 - at.y));
    float light = 0.35 + 0.65 * max(0.0, dot(normalize(normal), sun));
    shown = vec4(pow(colour.rgb, vec3(2.2)) * tint * light, colour.a);
}
"""


class OpenGl:
    """Draws scenes with moderngl, off screen.

    Args:
        size: width of the picture in pixels.
    """

    def __init__(self, size: int) -> None:
        self._context = moderngl.create_context(standalone=True, backend="egl")
        self._program = self._context.program(
            vertex_shader=VERTEX_SHADER, fragment_shader=PIXEL_SHADER
        )
        self._frame = self._context.simple_framebuffer((size, size), components=4)
        self._textures: dict[int, Any] = {}
        self._size = size

    def draw(self, scene: Scene, plan: PicturePlan) -> NDArray[np.uint8]:
        """Draw one scene and read its pixels (S, S, 4)."""
        self._frame.use()
        self._frame.clear(0.3, 0.3, 0.3, 1.0)
        self._context.enable(moderngl.DEPTH_TEST)
        self._program["focal"] = plan.world.camera.focal
        self._program["sun"] = plan.world.lights.sun_direction
        self._context.disable(moderngl.BLEND)
        for part in scene.opaque:
            self._draw(part)
        self._context.enable(moderngl.BLEND)
        for part in scene.translucent:
            self._draw(part)
        pixels = np.frombuffer(self._frame.read(components=4), dtype=np.uint8)
        return pixels.reshape(self._size, self._size, 4)

    def _draw(self, part: Part) -> None:
        corners = np.concatenate(
            [
                part.vertices[part.triangles.ravel()],
                part.normals()[part.triangles.ravel()],
                part.texture_points[part.texture_triangles.ravel()],
            ],
            axis=1,
        ).astype(np.float32)
        buffer = self._context.buffer(corners.tobytes())
        self._texture(part.surface.texture).use()
        self._program["tint"] = tuple(float(value) for value in part.surface.tint)
        array = self._context.vertex_array(self._program, buffer, "place", "facing", "point")
        array.render()
        array.release()
        buffer.release()

    def _texture(self, texture: NDArray[np.uint8]) -> Any:  # noqa: ANN401 - moderngl has no types
        if id(texture) not in self._textures:
            height, width, channels = texture.shape
            made = self._context.texture((width, height), channels, texture.tobytes(), alignment=1)
            self._textures[id(texture)] = made
        return self._textures[id(texture)]


def main() -> None:
    """Measure; print JSON and a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--sculpts", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, help="keep the JSON in this file")
    arguments = parser.parse_args()
    materials = Materials(arguments.assets, arguments.sculpts)
    result = measure(materials, arguments.pictures, arguments.repeats)
    print(json.dumps(result, indent=2))
    print(table(result))
    if arguments.output is not None:
        arguments.output.write_text(json.dumps(result, indent=2) + "\n")


def measure(materials: Materials, pictures: int, repeats: int) -> dict[str, Any]:
    """Time both renderers and the whole in turn; milliseconds a picture."""
    configuration = read_configuration("synthetic_study")
    size = configuration.picture_size * OVERSAMPLING
    photographer = Photographer(configuration, materials)
    plans = plan_database(configuration, "test")[:pictures]
    scenes = [photographer.scene(plan) for plan in plans]
    behind = background("plain", 0, size)
    opengl = OpenGl(size)

    def ours() -> None:
        for scene, plan in zip(scenes, plans, strict=True):
            draw(scene.opaque, scene.translucent, plan.world.camera, plan.world.lights, behind)

    def theirs() -> None:
        for scene, plan in zip(scenes, plans, strict=True):
            opengl.draw(scene, plan)

    def whole() -> None:
        for plan in plans:
            picture_bytes(photographer.take(plan), plan)

    times: dict[str, list[float]] = {"ours": [], "opengl": [], "whole": []}
    for number in range(repeats + 1):
        for name, work in (("ours", ours), ("opengl", theirs), ("whole", whole)):
            spent = _milliseconds(work) / pictures
            if number:  # the first warms up
                times[name].append(spent)
    ratios = [mine / other for mine, other in zip(times["ours"], times["opengl"], strict=True)]
    return {
        "pictures": pictures,
        "repeats": repeats,
        "rendered_size": size,
        "triangles": int(np.mean([_triangles(scene) for scene in scenes])),
        "ours_ms": statistics.median(times["ours"]),
        "opengl_ms": statistics.median(times["opengl"]),
        "ratio": statistics.median(ratios),
        "ratios": ratios,
        "whole_ms": statistics.median(times["whole"]),
        "pictures_per_second_and_core": 1000.0 / statistics.median(times["whole"]),
    }


def table(result: dict[str, Any]) -> str:
    """Give the figures as a Markdown table."""
    return "\n".join(
        [
            "| rendering one head | ms |",
            "| --- | --- |",
            f"| z-buffer in numba | {result['ours_ms']:.1f} |",
            f"| OpenGL in software (moderngl, llvmpipe) | {result['opengl_ms']:.1f} |",
            f"| ratio, median of the pairs of runs | {result['ratio']:.2f} |",
            f"| the whole picture, plan to JPEG | {result['whole_ms']:.1f} |",
        ]
    )


def _triangles(scene: Scene) -> int:
    return sum(len(part.triangles) for part in (*scene.opaque, *scene.translucent))


def _milliseconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return 1000.0 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
