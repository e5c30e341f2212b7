"""Valid logs and bundles, and every way to forge one: made from the specification of backend/audit alone.

Nothing here is shared with the server or with the outsider's verifier, so that three hands agree or one is wrong.
Read in this order: signing (Ed25519, published keys, notes), trees (RFC 6962 as it defines them), ledgers (rows, log,
bundle), cases (one forgery in the making, and its judges), then the kinds: rows, logs, liars (who hold the real key),
partials (proofs and odd files); kinds (the table of all), probes (wrong proofs). Of the real database: books (a season in a
forger's hands), histories and beside (what is done to it), deeds (the table of all).
"""
