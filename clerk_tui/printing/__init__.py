"""Handing papers over to whatever prints them."""
