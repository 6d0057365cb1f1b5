"""A story, told choreographed and orchestrated."""
