"""The daily edition: chosen, rendered as HTML and text, handed to a mail server."""
