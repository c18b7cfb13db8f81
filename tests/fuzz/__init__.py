"""
Fuzzing: what strangers and people write, made worse until something breaks.

Each module beside ``driver`` is a target: ``check`` says whether an input keeps every
promise that is made of it, ``seeds`` is what a campaign starts from, ``WORDS`` what its
language is made of. ``saved/`` holds inputs that once broke something.
"""
