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

REGULARS = (
    Customer("nuria", "Nuria Campos", "nuria.campos@correo.example", "+34611200300", "7100000000000004", "7200000000000004"),
    Customer("diego", "Diego Salas", "diego.salas@correo.example", "+34655501024", "7100000000000005", "7200000000000005"),
    Customer("carla", "carla.cocina", "carla@cocina.example", "+34655501025", "7100000000000006", "900100200"),
    Customer("marina", "Marina Soler", "marina@soler.example", "+34655501026", "7100000000000008", "7200000000000008"),
    Customer("inigo", "inigo.bastida", "inigo@bastida.example", "+34655501027", "7100000000000009", "900100300"),
    Customer("hassan", "Hassan Amrani", "hassan@amrani.example", "+34622300400", "7100000000000007", "7200000000000007"),
)
"""Others who write to the demo's company: one cannot be them, but they can be answered."""


def customer(wanted: str) -> Customer | None:
    """The customer of that id, or None: nobody is signed in."""
    return next((one for one in CUSTOMERS if one.id == wanted), None)
