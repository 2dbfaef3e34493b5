"""What a seal is made of: frozen copies, notebooks run in a clean room, a bag, and the run that is repeated."""
