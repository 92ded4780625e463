"""Whether a model tells faces apart."""

from facebehavior.errors import FaceBehaviorError
from facebehavior.model_file import ModelMetadata


def check_embedding(metadata: ModelMetadata, purpose: str) -> None:
    """Check that a model gives embeddings.

    Args:
        metadata: of the model.
        purpose: what they are needed for, for the error: `to compare faces by`.

    Raises:
        FaceBehaviorError: it gives none.
    """
    if "embedding" not in metadata.heads:
        raise FaceBehaviorError(
            f"the model {metadata.name} gives no embedding {purpose}, as identity is none of its "
            "tasks; give another with --model"
        )
