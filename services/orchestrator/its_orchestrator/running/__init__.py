"""How a request becomes an order, and an order a run."""
