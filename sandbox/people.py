"""The customers one can be in the pretend world."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Customer:
    """`id` is the shop's own; `email` gets what the hub sends there."""

    id: str
    name: str
    email: str

    def described(self) -> dict[str, str]:
        return asdict(self)


CUSTOMERS = (
    Customer("lucia", "Lucía Ferrer Montes", "lucia@ferrer.example"),
    Customer("tomas", "Tomás Iborra", "tomas.iborra@correo.example"),
    Customer("grace", "Grace Okafor", "grace@okafor.example"),
)


def customer(wanted: str) -> Customer | None:
    """The customer of that id, or None: nobody is signed in."""
    return next((one for one in CUSTOMERS if one.id == wanted), None)
