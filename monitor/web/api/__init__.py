"""What programs ask the monitor: ``/api/v1``."""
