"""Side conversations: a colleague asks a supplier, or other colleagues, about a customer's matter; the customer never sees any of it."""
