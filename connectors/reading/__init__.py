"""What every connector needs to read a shop's answers: fields, text, countries, and lists page by
page.

No I/O.
"""
