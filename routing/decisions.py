"""What the engine decides: one frozen dataclass per thing the hub shall do, to be done in the order given."""

from dataclasses import dataclass

from routing.model import Reason


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Hold the work out to the agent. Answer with `OfferMade` or `OfferRefused`; until then its units count as taken.

    `attempt` is a number of the engine's own, to be given back in the answer: the same offer may be decided twice.
    """

    attempt: int
    work: str
    agent: str
    channel: str
    units: int
    expires_at: float
    why: Reason


@dataclass(frozen=True, slots=True)
class RescindOffer:
    """Take a pending offer back; the agent did nothing wrong. If it was accepted meanwhile, answer `OfferAccepted`.

    It may be over already, also by an `ExpireOffer` decided with it: then there is nothing to do.
    """

    offer: str
    work: str
    agent: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExpireOffer:
    """The deadline is reached: settle the offer and answer `OfferTimedOut` or `OfferAccepted`. Asked again until answered."""

    offer: str
    work: str
    agent: str


@dataclass(frozen=True, slots=True)
class MarkNotResponding:
    """The agent let an offer pass: no more work until he or she is back."""

    agent: str


Decision = MakeOffer | RescindOffer | ExpireOffer | MarkNotResponding
