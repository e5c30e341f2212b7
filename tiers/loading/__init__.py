"""The organisation from CSV files of one folder, all or nothing.

Read in this order: reading (files to typed rows), checking (what the rows say
about each other and about what is loaded), load (the write, recorded).
"""
