from collections.abc import Callable

import pytest

from facebehavior.synthesis.rendering import compiling


def test_without_a_place_for_compiled_loops_they_are_compiled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[dict[str, object]] = []

    def njit(**options: object) -> Callable[[object], object]:
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return lambda loop: loop

    monkeypatch.setattr(compiling, "njit", njit)

    @compiling.compiled(fastmath=True)
    def doubled(number: int) -> int:
        return 2 * number

    assert doubled(3) == 6
    assert [options.get("cache", False) for options in asked] == [True, False]
    assert all(options["fastmath"] for options in asked)
