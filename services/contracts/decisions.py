"""What people decided about entities: two are one, one is two, or its name is another."""

from typing import get_args

from pydantic import Field, model_validator

from services.contracts.messages import EntityType, Model, Utc

ENTITY_ID = rf"^(?:{'|'.join(get_args(EntityType))}):[^|\s]+$"


class Decision(Model):
    """The entity `id` is `into`, called `name`. With `spelling`: only where the text writes it so.

    `into` is `id` itself where only the name changes.
    """

    id: str = Field(pattern=ENTITY_ID, max_length=480)
    into: str = Field(pattern=ENTITY_ID, max_length=480)
    name: str = Field(min_length=1, max_length=200, pattern=r"^[^|\s](?:[^|\r\n]*[^|\s])?$")
    spelling: str | None = Field(default=None, min_length=1, max_length=200)
    decided_at: Utc
    applied_at: Utc | None = None
    """When all that was indexed by then agreed with it."""

    @property
    def key(self) -> str:
        """What it decides about; a later decision about the same takes its place."""
        return f"{self.id}|{self.spelling or ''}"

    @model_validator(mode="after")
    def _splits_off(self) -> "Decision":
        if self.spelling and self.into == self.id:
            raise ValueError("a spelling that is split off has to become another entity")
        return self
