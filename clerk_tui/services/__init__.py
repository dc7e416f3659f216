"""What a clerk can do, one call an action, without a screen: the screens and the command line both stand on these.

Nothing here imports Textual, httpx or reportlab when it is imported; a function that needs one imports it when called.
"""
