"""The customers one can be in the pretend world."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Customer:
    """`id` is the shop's own, and the user on Telegram; `email` gets what the hub sends there; `phone` has SMS and WhatsApp.

    `messenger` and `instagram` are what Meta calls them before the company."""

    id: str
    name: str
    email: str
    phone: str
    messenger: str
    instagram: str

    def described(self) -> dict[str, str]:
        return asdict(self)


CUSTOMERS = (
    Customer("lucia", "Lucía Ferrer Montes", "lucia@ferrer.example", "+34655501021", "7100000000000001", "7200000000000001"),
    Customer("tomas", "Tomás Iborra", "tomas.iborra@correo.example", "+34655501022", "7100000000000002", "7200000000000002"),
    Customer("grace", "Grace Okafor", "grace@okafor.example", "+353851234567", "7100000000000003", "7200000000000003"),
)


def customer(wanted: str) -> Customer | None:
    """The customer of that id, or None: nobody is signed in."""
    return next((one for one in CUSTOMERS if one.id == wanted), None)
