"""Nobody changes what models are judged on without noticing."""

from facebehavior.synthesis.frozen import computed, recorded


def test_the_test_databases_are_those_that_were_frozen() -> None:
    assert computed() == recorded()
