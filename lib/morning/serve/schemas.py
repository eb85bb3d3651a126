"""What is asked and answered, as OpenAPI shows it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

Id = Annotated[str, Field(min_length=1, max_length=256)]
_Text = Annotated[str, Field(max_length=65_536)]
_Condition = Annotated[str, Field(min_length=1, max_length=500)]


class Asked(BaseModel):
    """A brand: one of the run by its id, or a new one by a description or by captions."""

    model_config = ConfigDict(extra="forbid")

    brand: Id | None = Field(None, description="Id of a brand of the run.")
    about: _Text = Field("", description="What a new brand says of itself, hashtags too.")
    captions: list[_Text] = Field([], max_length=50, description="Captions of its posts.")

    @model_validator(mode="after")
    def _one_brand(self) -> Asked:
        new = bool(self.about.strip() or any(each.strip() for each in self.captions))
        if (self.brand is not None) == new:
            raise ValueError("give either the id of a brand, or a description or captions")
        return self


class RankRequest(Asked):
    """Who fits a brand."""

    k: int = Field(20, ge=1, le=1000, description="How many at most.")
    among: list[Id] | None = Field(None, max_length=10_000, description="Whom to choose from.")
    exclude_partners: bool = Field(True, description="Leave out known partners.")
    approximate: bool = Field(False, description="Ask an index and not everyone.")
    where: list[_Condition] = Field(
        [], max_length=20, description='Conditions, such as "followers < 50000".'
    )
    diversity: float = Field(0.0, ge=0, le=1, description="0: by score alone.")

    @model_validator(mode="after")
    def _plain_or_chosen(self) -> RankRequest:
        if (self.where or self.diversity) and (self.approximate or self.among is not None):
            raise ValueError("conditions and diversity are for all influencers, exactly")
        return self


class Ranked(BaseModel):
    """An influencer; scores and what they are made of, and what the rank is worth."""

    influencer_id: str
    rank: int
    score: float
    f: float | None = None
    g: float | None = None
    h: float | None = None
    popularity: float | None = None
    chance: float | None = Field(None, description="Share of partners at such a rank.")
    chance_low: float | None = None
    chance_high: float | None = None
    known: dict[str, Any] = Field({}, description="What is known beside, where it was asked for.")


class Ranking(BaseModel):
    """Influencers, best first."""

    run: str = Field(description="Digits of the state of the run that answered.")
    recall: float | None = Field(
        None, description="Share of the best that an approximate answer finds, as measured."
    )
    notes: list[str] = Field([], description="What was left out, or could not be used.")
    ranking: list[Ranked]


class ExplainRequest(Asked):
    """Why an influencer stands where they stand for a brand."""

    influencer: Id


class Reason(BaseModel):
    """What one thing adds to the score, and what it adds to that of the average influencer."""

    part: str
    block: str
    what: str
    how: str
    contribution: float
    average: float


class Explanation(BaseModel):
    """Reasons, the largest first; their sum is the score."""

    run: str
    notes: list[str] = []
    reasons: list[Reason]


class Alike(BaseModel):
    """An influencer, and how alike they are, from -1 to 1."""

    influencer_id: str
    similarity: float


class Similar(BaseModel):
    """Influencers, most alike first."""

    run: str
    similar: list[Alike]


class Health(BaseModel):
    """That it answers, and by what."""

    status: str
    run: str
    influencers: int


class Refusal(BaseModel):
    """Why there is no answer."""

    detail: str
