"""The embedded newsroom: bilingual feeds written for the monitor, served for real."""
