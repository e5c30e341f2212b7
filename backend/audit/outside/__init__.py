"""What an outsider checks with: verify_bundle, one file that stands alone, and README, the steps in Vietnamese."""
