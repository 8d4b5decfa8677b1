"""The publishing gate and page rendering of the Psychodynamic Knowledge Base."""
