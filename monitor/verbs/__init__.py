"""What each verb does; ``monitor.cli`` holds their flags and loads these when asked."""
