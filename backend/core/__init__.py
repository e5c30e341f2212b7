"""What every slice stands on: errors, points, dates, text and the clock. No models, no slice of ours.

Read in this order: errors (how a rule says no), points (Decimal, exact), fields (points in the database),
dates (what people type and read), text (Vietnamese letters), clock (the database's time), serializers (JSON).
"""
