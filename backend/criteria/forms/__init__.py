"""Shape of what people type about criteria sets.

Read in this order: versions (decision, copy, framework, two sets to compare), sets (a set as a whole), nodes
(group, leaf, scope), placing (where a node goes, what the page had seen), opinions (consultations).
"""
