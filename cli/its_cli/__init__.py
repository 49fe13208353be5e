"""The command `its`: starts the services, asks them, checks their configuration."""
